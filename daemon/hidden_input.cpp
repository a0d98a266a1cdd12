#include "daemon/hidden_input.hpp"

#include <fmt/core.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace insightd::daemon
{
namespace
{

termios before;

/// Ctrl-C must not leave a terminal that shows nothing.
void restore_and_leave(int signal)
{
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    _exit(128 + signal);
}

/// No echo while it lives.
class Silence
{
public:
    Silence()
    {
        if (!is_terminal())
            return;
        tcgetattr(STDIN_FILENO, &before);
        std::signal(SIGINT, restore_and_leave);
        std::signal(SIGTERM, restore_and_leave);
        auto quiet = before;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    ~Silence()
    {
        if (!is_terminal())
            return;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        std::signal(SIGINT, SIG_DFL);
        std::signal(SIGTERM, SIG_DFL);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

    static bool is_terminal() { return isatty(STDIN_FILENO) == 1; }
};

} // namespace

config::Secret hidden_input(const std::string& what)
{
    const Silence silence;
    if (Silence::is_terminal())
        fmt::print(stderr, "{} (not shown): ", what);
    std::string line;
    std::getline(std::cin, line);
    if (Silence::is_terminal())
        fmt::print(stderr, "\n");
    const auto begin = line.find_first_not_of(" \t\r");
    const auto end = line.find_last_not_of(" \t\r");
    auto token = begin == std::string::npos ? std::string{} : line.substr(begin, end - begin + 1);
    const config::Secret wiped{std::move(line)};
    return config::Secret{std::move(token)};
}

} // namespace insightd::daemon
