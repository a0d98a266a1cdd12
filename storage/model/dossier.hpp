#pragma once

#include "storage/model/history.hpp"

#include <optional>
#include <string>
#include <vector>

namespace insightd::model
{

/// What the store knows of one post or one account, for people: sections of lines. Instants are
/// text in UTC, "2026-03-01 12:00:05Z"; what is not known is empty.
struct Dossier {
    struct Section {
        std::string title;
        std::vector<std::string> columns;
        std::vector<std::vector<std::string>> lines;
    };

    AccountId account_id{};
    std::string account;             ///< the name in the YAML
    std::optional<KnownMedia> media; ///< nothing: it is of the account itself
    std::vector<Section> sections;   ///< those without lines are left out
};

} // namespace insightd::model
