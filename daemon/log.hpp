#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

/// Structured log lines on stderr, one per event, with the priority that journald reads:
/// `<6>poll account=shop collector=media rows=310`. Values with spaces or quotes are quoted. Of an
/// event that repeats within a minute the first lines are written, then how many more there were:
/// `<4>repeats event=collection_failed suppressed=4980 in=60s`. May be used from any thread.
namespace insightd::daemon::log
{

struct Field {
    template <class Value>
    Field(std::string_view name, const Value& content)
        : key{name}, value{fmt::format("{}", content)}
    {
    }

    std::string_view key;
    std::string value;
};

using Fields = std::initializer_list<Field>;
using FieldList = std::span<const Field>; ///< whose number is not known beforehand

void error(std::string_view event, Fields fields);
void warning(std::string_view event, Fields fields);
void info(std::string_view event, Fields fields);
void debug(std::string_view event, Fields fields);

enum class Priority { error, info };
void tell(Priority priority, std::string_view event, FieldList fields);

/// Lines of this weight and of more are written; info unless told otherwise. `silent`: none.
enum class Level { silent, error, warning, info, debug };
void set_level(Level level);

/// The text of one line, without its priority.
std::string line(std::string_view event, FieldList fields);

} // namespace insightd::daemon::log
