#pragma once

#include "tests/support/private_postgres.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace insightd::testing
{

/// A real process with its output in a pipe.
class Process
{
public:
    /// With `input` on its standard input, which then ends.
    explicit Process(std::vector<std::string> command, const std::string& input = {})
    {
        std::array<int, 2> ends{};
        std::array<int, 2> entry{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0 || pipe2(entry.data(), O_CLOEXEC) != 0)
            throw std::runtime_error{"no pipe"};
        // It must not wait for its reader, who asks its pages meanwhile.
        constexpr int room = 1 << 20;
        fcntl(ends[0], F_SETPIPE_SZ, room);
        if (write(entry[1], input.data(), input.size()) != static_cast<ssize_t>(input.size()))
            throw std::runtime_error{"more input than a pipe holds"};
        close(entry[1]);
        output_ = ends[0];
        pid_ = fork();
        if (pid_ == 0) {
            dup2(entry[0], STDIN_FILENO);
            dup2(ends[1], STDOUT_FILENO);
            dup2(ends[1], STDERR_FILENO);
            std::vector<char*> arguments;
            for (auto& word : command)
                arguments.push_back(word.data());
            arguments.push_back(nullptr);
            execv(arguments[0], arguments.data());
            _exit(127);
        }
        close(ends[1]);
        close(entry[0]);
    }
    Process(Process&& other) noexcept
        : exit_code{other.exit_code}, output_{std::exchange(other.output_, -1)},
          pid_{std::exchange(other.pid_, -1)}, text_{std::move(other.text_)}
    {
    }
    Process& operator=(Process&&) = delete;
    ~Process()
    {
        if (pid_ > 0)
            end(SIGKILL);
        if (output_ >= 0)
            close(output_);
    }

    /// Everything it wrote, once it ended by itself; `exit_code` is set.
    std::string finish()
    {
        while (read_some()) {
        }
        wait();
        return text_;
    }

    /// Reads until the text appears; false if the process ends before.
    bool wait_for(const std::string& text)
    {
        for (std::size_t read = 0;
             text_.find(text, read - std::min(read, text.size())) == std::string::npos;) {
            read = text_.size();
            if (!read_some())
                return false;
        }
        return true;
    }

    void send(int signal) const { kill(pid_, signal); }
    pid_t id() const { return pid_; }

    void end(int signal)
    {
        send(signal);
        finish();
    }

    const std::string& output() const { return text_; }
    int exit_code = -1;

private:
    bool read_some()
    {
        std::array<char, 4096> part{};
        const auto size = read(output_, part.data(), part.size());
        if (size <= 0)
            return false;
        text_.append(part.data(), static_cast<std::size_t>(size));
        return true;
    }

    void wait()
    {
        int status = 0;
        waitpid(pid_, &status, 0);
        exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        pid_ = -1;
    }

    int output_ = -1;
    pid_t pid_ = -1;
    std::string text_;
};

/// The sandbox as a process, with a configuration against it.
class SandboxProcess
{
public:
    explicit SandboxProcess(
        const std::string& database, std::vector<std::string> options = {},
        const std::string& speed = "3600")
        : process_{command(folder.path(), database, std::move(options), speed)}
    {
        if (!process_.wait_for("ready"))
            throw std::runtime_error{"the sandbox did not start: " + process_.output()};
    }

    std::string config_file() const { return folder.path() / "insightd.yaml"; }

    Process insightd(std::vector<std::string> words, const std::string& input = {}) const
    {
        words.insert(words.begin(), INSIGHTD_PROGRAM);
        words.insert(words.end(), {"--config", config_file()});
        return Process{std::move(words), input};
    }

    /// What is to be revoked at SIGUSR1 is revoked now.
    void revoke() const { process_.send(SIGUSR1); }

    /// Connections stay open, and nothing is answered any more.
    void stall() const { process_.send(SIGSTOP); }

    ScratchFolder folder;

private:
    static std::vector<std::string> command(
        const std::filesystem::path& folder, const std::string& database,
        std::vector<std::string> options, const std::string& speed)
    {
        std::vector<std::string> words{
            INSIGHTD_SANDBOX,
            "--speed",
            speed,
            "--start",
            "2026-03-01T12:00:00Z",
            "--write-config",
            folder / "insightd.yaml",
            "--database",
            '"' + database + '"',
            "--state-dir",
            folder / "state"};
        words.insert(words.end(), options.begin(), options.end());
        return words;
    }

    Process process_;
};

} // namespace insightd::testing
