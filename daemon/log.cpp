#include "daemon/log.hpp"

#include "daemon/log_limiter.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>

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

struct Weight {
    spdlog::level::level_enum level;
    char priority; ///< as journald reads it
};

/// By Level.
constexpr std::array weights{
    Weight{spdlog::level::off, ' '}, Weight{spdlog::level::err, '3'},
    Weight{spdlog::level::warn, '4'}, Weight{spdlog::level::info, '6'},
    Weight{spdlog::level::debug, '7'}};

const Weight& weight_of(Level level)
{
    return weights.at(static_cast<std::size_t>(level));
}

/// A simulation's minutes are too short to be read: the machine's count.
Limiter& limiter()
{
    static Limiter instance{
        [](Level level, const std::string& text) {
            const auto& weight = weight_of(level);
            logger().log(weight.level, fmt::format("<{}>{}", weight.priority, text));
        },
        [] { return std::chrono::steady_clock::now().time_since_epoch(); }};
    return instance;
}

void write(Level level, std::string_view event, FieldList fields)
{
    if (logger().should_log(weight_of(level).level))
        limiter().tell(level, event, fields);
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
    write(Level::error, event, fields);
}
void warning(std::string_view event, Fields fields)
{
    write(Level::warning, event, fields);
}
void info(std::string_view event, Fields fields)
{
    write(Level::info, event, fields);
}
void debug(std::string_view event, Fields fields)
{
    write(Level::debug, event, fields);
}

void tell(Priority priority, std::string_view event, FieldList fields)
{
    write(priority == Priority::error ? Level::error : Level::info, event, fields);
}

void set_level(Level level)
{
    logger().set_level(weight_of(level).level);
}

void tell_repeats()
{
    limiter().tell_over();
}

void tell_all_repeats()
{
    limiter().tell_all();
}

} // namespace insightd::daemon::log
