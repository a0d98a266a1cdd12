#pragma once

#include "daemon/init/answers.hpp"

#include <span>
#include <string>
#include <string_view>

namespace insightd::init
{

/// One question of the wizard. `insightd check` must take the answer, then `refusal` and a probe
/// that is named after the key have a say.
struct Question {
    std::string_view key;     ///< and, after two dashes, the option that answers it
    std::string_view title;   ///< asked with
    std::string_view meaning; ///< in a line or two
    std::string (*preset)(const Answers&, const Surroundings&);            ///< empty: there is none
    bool (*applies)(const Answers&);                                       ///< asked only then
    std::string (*refusal)(const Answers&, const Surroundings&) = nullptr; ///< empty: none
    enum class Kind : std::uint8_t {
        text,
        optional, ///< may stay empty
        hidden,   ///< a secret; may stay empty
        unasked,  ///< only an option answers it
    } kind = Kind::text;
    std::string_view choices = {}; ///< "{a,b}": all that can be answered
};

/// Key of the only question whose answer is a secret: it has no option.
inline constexpr std::string_view token_value = "token-value";

/// All of them, in the order in which they are asked. A key may stand twice, where it depends on
/// earlier answers when it is asked.
std::span<const Question> questions();

} // namespace insightd::init
