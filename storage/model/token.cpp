#include "storage/model/token.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace insightd::model
{
namespace
{

constexpr std::array names{
    std::pair{TokenKind::instagram_user, std::string_view{"instagram_user"}},
    std::pair{TokenKind::page, std::string_view{"page"}},
    std::pair{TokenKind::facebook_user, std::string_view{"facebook_user"}},
    std::pair{TokenKind::system_user, std::string_view{"system_user"}},
};

} // namespace

std::string_view to_string(TokenKind kind)
{
    return std::ranges::find(names, kind, &decltype(names)::value_type::first)->second;
}

std::optional<TokenKind> token_kind_named(std::string_view name)
{
    const auto found = std::ranges::find(names, name, &decltype(names)::value_type::second);
    return found == names.end() ? std::nullopt : std::optional{found->first};
}

} // namespace insightd::model
