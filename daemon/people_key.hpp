#pragma once

#include "collectors/graph/failure.hpp"
#include "config/config.hpp"
#include "storage/database.hpp"
#include "storage/model/conversation.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace insightd::daemon
{

/// The pseudonyms of all who write messages. Their key is sealed in the database under the vault's;
/// the first who needs it makes it, and it never changes: names would not be the same any more.
class PeopleKey
{
public:
    PeopleKey(const config::Config& config, storage::Database& database)
        : config_{config}, database_{database}
    {
    }

    /// Kept in memory once it was opened. A failure says what is wrong with the vault's key. Throws
    /// model::Unavailable.
    boost::asio::awaitable<graph::Outcome<std::shared_ptr<const model::Pseudonyms>>> pseudonyms();

private:
    boost::asio::awaitable<model::SealedKey> sealed();

    const config::Config& config_;
    storage::Database& database_;
    std::shared_ptr<const model::Pseudonyms> opened_;
};

} // namespace insightd::daemon
