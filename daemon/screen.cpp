#include "daemon/screen.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <sys/ioctl.h>
#include <unistd.h>

namespace insightd::daemon
{
namespace
{

constexpr auto enter = "\x1b[?1049h\x1b[?25l"; ///< a screen of its own, and no cursor
constexpr auto leave = "\x1b[?25h\x1b[?1049l";
constexpr auto home = "\x1b[H";
constexpr auto clear_rest_of_line = "\x1b[K";
constexpr auto clear_rest = "\x1b[J";

constexpr winsize usual_size{24, 80, 0, 0};

winsize size_of_terminal()
{
    winsize size{};
    const bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return is_known ? size : usual_size;
}

bool begins_character(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; // UTF-8
}

std::string_view cut(std::string_view line, std::size_t columns)
{
    std::size_t characters = 0;
    for (std::size_t at = 0; at < line.size(); ++at)
        if (begins_character(line[at]) && ++characters > columns)
            return line.substr(0, at);
    return line;
}

std::size_t lines_in(std::string_view text)
{
    std::size_t lines = 0;
    for (const char letter : text)
        lines += letter == '\n' ? 1 : 0;
    return lines + (text.empty() || text.back() == '\n' ? 0 : 1);
}

} // namespace

std::string fitted(std::string_view text, std::size_t columns, std::size_t lines)
{
    const auto all = lines_in(text);
    const auto shown = all <= lines ? all : lines - 1;
    std::string result;
    for (std::size_t line = 0; line < shown; ++line) {
        const auto end = std::min(text.find('\n'), text.size());
        result += cut(text.substr(0, end), columns);
        result += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (shown < all)
        result += std::string{cut(fmt::format("… {} more lines", all - shown), columns)} + '\n';
    return result;
}

Screen::Screen(Form on_terminal)
    : in_place_{on_terminal == Form::in_place && isatty(STDOUT_FILENO) == 1}
{
    sigemptyset(&awaited_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH})
        sigaddset(&awaited_, signal);
    pthread_sigmask(SIG_BLOCK, &awaited_, &before_);
    if (in_place_)
        fmt::print("{}", enter);
}

Screen::~Screen()
{
    if (in_place_) {
        fmt::print("{}", leave);
        std::fflush(stdout);
    }
    // Those that came meanwhile were meant for what is over now.
    constexpr timespec at_once{};
    while (sigtimedwait(&awaited_, nullptr, &at_once) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<std::size_t> Screen::columns() const
{
    return in_place_ ? std::optional<std::size_t>{size_of_terminal().ws_col} : std::nullopt;
}

void Screen::show(std::string_view text) const
{
    if (in_place_) {
        const auto size = size_of_terminal();
        fmt::print("{}", home);
        auto rest = fitted(text, size.ws_col, size.ws_row - 1U);
        for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
            fmt::print("{}{}\n", rest.substr(0, end), clear_rest_of_line);
            rest.erase(0, end + 1);
        }
        fmt::print("{}", clear_rest);
    } else {
        fmt::print("{}", text);
    }
    if (std::fflush(stdout) != 0)
        throw std::runtime_error{"standard output is closed"};
}

bool Screen::wait(std::chrono::milliseconds most) const
{
    const timespec limit{most.count() / 1000, most.count() % 1000 * 1'000'000};
    const int signal = sigtimedwait(&awaited_, nullptr, &limit);
    return signal < 0 || signal == SIGWINCH;
}

} // namespace insightd::daemon
