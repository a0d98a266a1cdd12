#include "daemon/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace insightd::daemon::log
{
namespace
{

spdlog::logger& logger()
{
    static const auto instance = [] {
        auto made = std::make_shared<spdlog::logger>(
            "insightd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%v");
        made->flush_on(spdlog::level::debug);
        return made;
    }();
    return *instance;
}

bool is_plain(std::string_view value)
{
    return !value.empty() && std::ranges::all_of(value, [](char c) {
        return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '=' && c != '\\' &&
               c != 0x7f;
    });
}

/// Foreign text must not be able to forge a line or colour a terminal.
std::string in_quotes(std::string_view value)
{
    std::string text{"\""};
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            text += fmt::format("\\{}", c);
        else if (byte < ' ' || byte == 0x7f)
            text += fmt::format("\\x{:02x}", byte);
        else
            text += c;
    }
    return text + '"';
}

void write(spdlog::level::level_enum level, char priority, std::string_view event, FieldList fields)
{
    if (logger().should_log(level))
        logger().log(level, fmt::format("<{}>{}", priority, line(event, fields)));
}

} // namespace

std::string line(std::string_view event, FieldList fields)
{
    std::string text{event};
    for (const auto& field : fields)
        text += fmt::format(
            " {}={}", field.key, is_plain(field.value) ? field.value : in_quotes(field.value));
    return text;
}

void error(std::string_view event, Fields fields)
{
    write(spdlog::level::err, '3', event, fields);
}
void warning(std::string_view event, Fields fields)
{
    write(spdlog::level::warn, '4', event, fields);
}
void info(std::string_view event, Fields fields)
{
    write(spdlog::level::info, '6', event, fields);
}
void debug(std::string_view event, Fields fields)
{
    write(spdlog::level::debug, '7', event, fields);
}

void tell(Priority priority, std::string_view event, FieldList fields)
{
    if (priority == Priority::error)
        write(spdlog::level::err, '3', event, fields);
    else
        write(spdlog::level::info, '6', event, fields);
}

void set_level(Level level)
{
    static constexpr std::array levels{
        spdlog::level::off, spdlog::level::err, spdlog::level::warn, spdlog::level::info,
        spdlog::level::debug};
    logger().set_level(levels.at(static_cast<std::size_t>(level)));
}

} // namespace insightd::daemon::log
