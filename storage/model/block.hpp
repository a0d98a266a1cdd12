#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

#include <string>
#include <vector>

namespace insightd::model
{

/// The platform takes no calls of an app, or of an account, for a while.
struct Block {
    AccountId account_id{}; ///< 0: of the app
    std::string app;        ///< its name; empty: of the account
    Instant until;          ///< by the clock of the one who was told

    bool operator==(const Block&) const = default;
};

} // namespace insightd::model
