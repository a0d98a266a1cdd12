#pragma once

#include "config/config.hpp"
#include "storage/model/conversation.hpp"
#include "storage/model/public.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

/// Who shows or writes something in public, and what is stored of them: pure.
namespace insightd::collectors
{

/// As the platform tells it.
struct ToldAuthor {
    std::string id; ///< Instagram-scoped; of the account itself its professional id; empty if not
                    ///< told
    std::optional<std::string> username;
    bool is_asker = false; ///< `user` is told, as it is of the account's own comments only
};

/// From `from{id,username}`, `user{id}` and `username`, whichever are there.
/// Source: Meta's public specification IGComment, and the page "Instagram (IG) Comment": `from` is
/// an Instagram-scoped id and a username, `user` is told if the app's user wrote it.
ToldAuthor author_in(const boost::json::value& node);

/// What a username is hashed as: "@jane_doe", in lower case, as Instagram's names are.
std::string as_name(std::string_view username);

/// How told authors and words become rows.
struct PublicRules {
    model::AccountId account{};
    config::PublicEdge settings;
    const model::Pseudonyms& names;

    bool keeps_text() const { return settings.mode == config::ConversationMode::text; }
    bool is_own(const ToldAuthor& told) const;
    model::Author author_of(const ToldAuthor& told) const;
    /// Nothing in metadata mode.
    std::optional<model::PublicText> text_of(
        const ToldAuthor& told, const std::optional<std::string>& text,
        const std::optional<std::string>& permalink) const;
};

} // namespace insightd::collectors
