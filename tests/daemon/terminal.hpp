#pragma once

#include <array>
#include <csignal>
#include <poll.h>
#include <pty.h>
#include <stdexcept>
#include <string>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace insightd::testing
{

/// A process on a pseudo terminal of its own, and the person before it.
class Terminal
{
public:
    explicit Terminal(std::vector<std::string> command, unsigned short columns = 100)
    {
        winsize size{40, columns, 0, 0};
        pid_ = forkpty(&screen_, nullptr, nullptr, &size);
        if (pid_ < 0)
            throw std::runtime_error{"no pseudo terminal"};
        if (pid_ == 0) {
            std::vector<char*> arguments;
            for (auto& word : command)
                arguments.push_back(word.data());
            arguments.push_back(nullptr);
            execv(arguments[0], arguments.data());
            _exit(127);
        }
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal()
    {
        if (pid_ > 0) {
            kill(pid_, SIGKILL);
            finish();
        }
        close(screen_);
    }

    void type(const std::string& keys) const
    {
        if (write(screen_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
            throw std::runtime_error{"the terminal takes no keys"};
    }

    void press_ctrl_c() const { type("\x03"); }
    void press_ctrl_d() const { type("\x04"); }

    /// Waits for the words after all that was waited for before; false if the process ends first,
    /// or says nothing for two minutes.
    bool wait_for(const std::string& words)
    {
        for (;;) {
            const auto found = shown_.find(words, seen_);
            if (found != std::string::npos) {
                seen_ = found + words.size();
                return true;
            }
            if (!read_some())
                return false;
        }
    }

    /// Types a line once the words are shown.
    bool answer(const std::string& words, const std::string& line)
    {
        const bool asked = wait_for(words);
        type(line + "\n");
        return asked;
    }

    /// Everything it showed, once it ended by itself; `exit_code` is set.
    const std::string& finish()
    {
        while (read_some()) {
        }
        int status = 0;
        waitpid(pid_, &status, 0);
        exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        pid_ = -1;
        return shown_;
    }

    void send(int signal) const { kill(pid_, signal); }

    void resize(unsigned short columns) const
    {
        const winsize size{40, columns, 0, 0};
        ioctl(screen_, TIOCSWINSZ, &size);
    }

    /// Whether what is typed is shown.
    bool echoes() const
    {
        termios settings{};
        tcgetattr(screen_, &settings);
        return (settings.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
    }

    const std::string& shown() const { return shown_; }
    int exit_code = -1;

private:
    bool read_some()
    {
        constexpr int patience_ms = 120'000; // a program that waits for an answer says nothing more
        pollfd something{screen_, POLLIN, 0};
        if (poll(&something, 1, patience_ms) <= 0)
            return false;
        std::array<char, 4096> part{};
        const auto size = read(screen_, part.data(), part.size());
        if (size <= 0) // EIO: nobody has the other end any more
            return false;
        shown_.append(part.data(), static_cast<std::size_t>(size));
        return true;
    }

    int screen_ = -1;
    pid_t pid_ = -1;
    std::string shown_;
    std::size_t seen_ = 0;
};

} // namespace insightd::testing
