#pragma once

#include "storage/json_rows.hpp"
#include "storage/model/public.hpp"
#include "storage/statement.hpp"

#include <string_view>

/// Words and names of what others show and write, on their way into insightd.public_text.
namespace insightd::storage
{

/// Whose words they are.
struct PublicItem {
    std::string_view kind; ///< tag, comment, mention
    std::string key;
    model::Instant created_at;
    model::Instant observed_at;
};

json::object
public_text_row(const PublicItem& item, const model::Author& author, const model::PublicText& text);

/// Rows of one account; nothing happens without any.
void add_public_texts(Steps& steps, const json::array& rows);

} // namespace insightd::storage
