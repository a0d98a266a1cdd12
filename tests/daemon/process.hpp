#pragma once

#include "tests/support/private_postgres.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace insightd::testing
{

/// A real process with its output in a pipe.
class Process
{
public:
    explicit Process(std::vector<std::string> command)
    {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0)
            throw std::runtime_error{"no pipe"};
        output_ = ends[0];
        pid_ = fork();
        if (pid_ == 0) {
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
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process()
    {
        if (pid_ > 0)
            end(SIGKILL);
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
        while (text_.find(text) == std::string::npos)
            if (!read_some())
                return false;
        return true;
    }

    void send(int signal) const { kill(pid_, signal); }

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

    Process insightd(std::vector<std::string> words) const
    {
        words.insert(words.begin(), INSIGHTD_PROGRAM);
        words.insert(words.end(), {"--config", config_file()});
        return Process{std::move(words)};
    }

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
