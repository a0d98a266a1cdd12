#include "storage/embedded_postgres.hpp"

#include "storage/connection.hpp"
#include "storage/server_programs.hpp"
#include "storage/server_user.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <sys/file.h>
#include <unistd.h>

namespace insightd::storage
{
namespace
{

namespace fs = std::filesystem;

/// The longest path of a unix socket is 107 bytes; the server adds ".s.PGSQL.5432.lock".
constexpr std::size_t longest_socket_folder = 85;

constexpr auto half_made = "data.new.";

constexpr auto settings = "listen_addresses = ''\n"
                          "shared_buffers = 64MB\n"
                          "max_connections = 40\n"
                          "max_wal_size = 512MB\n"
                          "logging_collector = off\n"
                          "jit = off\n"
                          "timezone = 'UTC'\n";

[[noreturn]] void refuse(std::string why)
{
    throw model::Unavailable{"database: embedded: " + std::move(why)};
}

/// A lock on a file; shared by all who use the server, so that the last one knows it.
class FileLock
{
public:
    explicit FileLock(const fs::path& file)
        : handle_{open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)}
    {
        if (handle_ < 0)
            refuse(fmt::format(
                "{} cannot be written: give state_dir to the user insightd runs as",
                file.string()));
    }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    ~FileLock() { close(handle_); }

    void exclusively() { flock(handle_, LOCK_EX); }
    void share() { flock(handle_, LOCK_SH); }
    bool exclusively_if_alone() { return flock(handle_, LOCK_EX | LOCK_NB) == 0; }

private:
    int handle_;
};

std::string quoted(const fs::path& path)
{
    return "'" + path.string() + "'";
}

fs::path home_in(const fs::path& state_dir)
{
    return state_dir / "postgres";
}

fs::path socket_folder(const fs::path& home)
{
    auto folder = home / "socket";
    if (folder.string().size() <= longest_socket_folder)
        return folder;
    return fs::path{"/tmp"} /
           fmt::format("insightd-{:x}", std::hash<std::string>{}(folder.string()));
}

std::string url_of(const fs::path& home, std::string_view database, const ServerUser& owner)
{
    return fmt::format(
        "host={} dbname={} user={}", socket_folder(home).string(), database, owner.name());
}

} // namespace

struct EmbeddedPostgres::Server {
    explicit Server(const fs::path& state_dir)
        : home{make_home(state_dir)}, programs{server_programs()}, users{home / "users.lock"}
    {
        // One at a time starts or joins; afterwards all share the lock for as long as they live.
        FileLock gate{home / "start.lock"};
        gate.exclusively();
        if (!fs::exists(data() / "PG_VERSION"))
            initialise();
        if (!is_running())
            start();
        users.share();
        create_database();
    }

    ~Server()
    {
        FileLock gate{home / "start.lock"};
        gate.exclusively();
        if (users.exclusively_if_alone())
            owner.run(
                {(programs / "pg_ctl").string(), "stop", "-D", data().string(), "-m", "fast", "-w",
                 "-s"},
                log());
    }

    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// state_dir/postgres, which the server's user must be able to enter.
    fs::path make_home(const fs::path& state_dir)
    {
        std::error_code error;
        auto folder = home_in(state_dir);
        fs::create_directories(folder, error);
        if (error)
            refuse(fmt::format(
                "{} cannot be made ({}): create state_dir for the user insightd runs as",
                folder.string(), error.message()));
        take(folder);
        if (!owner.can_enter(folder))
            refuse(fmt::format(
                "the user {} cannot enter {}: choose a state_dir below folders that others may "
                "enter, "
                "such as /var/lib/insightd",
                owner.name(), folder.string()));
        return folder;
    }

    void take(const fs::path& folder)
    {
        if (!owner.take(folder))
            refuse(fmt::format(
                "{} is a link or belongs to somebody else: remove it, or choose another state_dir",
                folder.string()));
    }

    /// Made elsewhere and moved here when it is whole: a cluster that a killed daemon or a power
    /// cut left half made has no settings of ours, and would listen to everyone on the machine.
    void initialise()
    {
        remove_halves();
        const auto half = home / fmt::format("{}{}", half_made, getpid());
        const auto code = owner.run(
            {(programs / "initdb").string(), "-D", half.string(), "-U", owner.name(), "-A", "trust",
             "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"},
            log());
        if (code != 0)
            refuse(fmt::format("initdb failed: see {}", log().string()));
        std::ofstream{half / "postgresql.conf", std::ios::app} << settings;
        fs::rename(half, data());
    }

    void remove_halves()
    {
        std::error_code ignored; // what is left is in nobody's way
        for (const auto& entry : fs::directory_iterator{home})
            if (entry.path().filename().string().starts_with(half_made))
                fs::remove_all(entry.path(), ignored);
    }

    void ensure_running()
    {
        FileLock gate{home / "start.lock"};
        gate.exclusively();
        if (!is_running())
            start();
    }

    void start()
    {
        const auto socket = socket_folder(home);
        fs::create_directories(socket);
        take(socket);
        // The service may make no code at run time (MemoryDenyWriteExecute): no JIT.
        const auto options = fmt::format(
            "-k {} -c unix_socket_permissions=0700 -c listen_addresses='' -c jit=off",
            quoted(socket));
        const auto code = owner.run(
            {(programs / "pg_ctl").string(), "start", "-D", data().string(), "-l", log().string(),
             "-o", options, "-w", "-t", "60", "-s"},
            log());
        if (code != 0)
            refuse(fmt::format("the server did not start: see {}", log().string()));
    }

    /// A server that a killed daemon left behind goes on: it is joined.
    bool is_running()
    {
        return owner.run(
                   {(programs / "pg_ctl").string(), "status", "-D", data().string()},
                   "/dev/null") == 0;
    }

    void create_database()
    {
        const auto admin = connect(url_of(home, "postgres", owner));
        pqxx::nontransaction tx{*admin};
        if (tx.exec("SELECT 1 FROM pg_database WHERE datname = 'insights'").empty())
            tx.exec0("CREATE DATABASE insights");
    }

    fs::path data() const { return home / "data"; }
    fs::path log() const { return home / "server.log"; }

    ServerUser owner;
    fs::path home;
    fs::path programs;
    FileLock users;
};

EmbeddedPostgres::EmbeddedPostgres(const std::filesystem::path& state_dir, Start start)
    : state_dir_{state_dir}, url_{url_of(home_in(state_dir), "insights", ServerUser{})}
{
    if (start == Start::now)
        ensure_running();
}

EmbeddedPostgres::~EmbeddedPostgres() = default;

void EmbeddedPostgres::ensure_running()
{
    if (server_)
        server_->ensure_running();
    else
        server_ = std::make_unique<Server>(state_dir_);
}

} // namespace insightd::storage
