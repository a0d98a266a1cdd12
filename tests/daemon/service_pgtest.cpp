#include "tests/daemon/process.hpp"

#include <gmock/gmock.h>

#include <cstring>
#include <fstream>

#include <sys/socket.h>
#include <sys/un.h>

// What systemd hears of the program.
namespace insightd
{
namespace
{

using insightd::testing::fresh_database;
using insightd::testing::Process;
using insightd::testing::SandboxProcess;

/// The socket on which systemd would listen.
class NotifySocket
{
public:
    explicit NotifySocket(const std::filesystem::path& folder) : path{folder / "notify"}
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error{"no socket at " + path};
    }
    ~NotifySocket() { close(socket_); }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    /// The first message from now on with these words; nothing if none comes within half a minute.
    std::string next_with(const std::string& words) const
    {
        pollfd ready{socket_, POLLIN, 0};
        while (poll(&ready, 1, 30'000) > 0) {
            std::array<char, 4096> text{};
            const auto size = recv(socket_, text.data(), text.size(), 0);
            std::string message{text.data(), static_cast<std::size_t>(size)};
            if (message.find(words) != std::string::npos)
                return message;
        }
        return {};
    }

    const std::string path;

private:
    const int socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

Process service(const SandboxProcess& sandbox, const NotifySocket& manager)
{
    return Process{
        {"/usr/bin/env", "NOTIFY_SOCKET=" + manager.path, "WATCHDOG_USEC=400000", INSIGHTD_PROGRAM,
         "run", "--config", sandbox.config_file()}};
}

TEST(Service, IsReadyOnceItCollectsFeedsTheWatchdogAndSaysThatItStops)
{
    SandboxProcess sandbox{fresh_database()};
    const NotifySocket manager{sandbox.folder.path()};
    auto daemon = service(sandbox, manager);
    EXPECT_EQ(manager.next_with("READY=1"), "READY=1\nSTATUS=collecting");
    EXPECT_EQ(manager.next_with("WATCHDOG=1"), "WATCHDOG=1");
    EXPECT_EQ(manager.next_with("WATCHDOG=1"), "WATCHDOG=1") << "again and again";
    daemon.send(SIGTERM);
    EXPECT_EQ(manager.next_with("STOPPING=1"), "STOPPING=1");
    daemon.finish();
    EXPECT_EQ(daemon.exit_code, 0);
}

TEST(Service, SaysThatItReloadsAndThatItIsReadyAgain)
{
    SandboxProcess sandbox{fresh_database()};
    const NotifySocket manager{sandbox.folder.path()};
    auto daemon = service(sandbox, manager);
    EXPECT_EQ(manager.next_with("READY=1"), "READY=1\nSTATUS=collecting");
    daemon.send(SIGHUP);
    EXPECT_THAT(
        manager.next_with("RELOADING=1"),
        ::testing::MatchesRegex(
            "RELOADING=1\nMONOTONIC_USEC=[0-9]+\nSTATUS=reading the configuration"));
    EXPECT_EQ(manager.next_with("READY=1"), "READY=1\nSTATUS=collecting");
    std::ofstream{sandbox.config_file()} << "nonsense";
    daemon.send(SIGHUP);
    EXPECT_NE(manager.next_with("RELOADING=1"), "");
    EXPECT_EQ(manager.next_with("READY=1"), "READY=1\nSTATUS=collecting") << "with what it had";
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0);
}

TEST(Service, IsReadyWithoutTheDatabaseAndSaysWhatItDoesMeanwhile)
{
    SandboxProcess sandbox{"postgresql:///insights?host=/nowhere"};
    const NotifySocket manager{sandbox.folder.path()};
    auto daemon = service(sandbox, manager);
    EXPECT_EQ(
        manager.next_with("READY=1"),
        "READY=1\nSTATUS=the database is away: collecting stories and profiles only");
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0);
}

} // namespace
} // namespace insightd
