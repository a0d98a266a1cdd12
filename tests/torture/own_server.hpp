#pragma once

#include "storage/embedded_postgres.hpp"
#include "tests/support/private_postgres.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace insightd::torture
{

/// A PostgreSQL for one torture alone: it may be stopped, killed and replaced. What cannot be done
/// throws.
class OwnServer
{
public:
    OwnServer();

    const std::string& url() const { return url_; } ///< of the one that takes rows
    std::filesystem::path socket() const;           ///< the same, as a file
    std::string user() const;

    pid_t id() const;                    ///< of the process above all others; 0: it does not run
    std::vector<pid_t> backends() const; ///< those that serve the program
    void send(int signal) const;

    /// Waits until it is gone.
    void wait_for_end() const;
    /// Again and again until it is there: what a killed one left must go first.
    void start();
    /// Nobody gets in, and who is in is cut off; or everybody again.
    void allow_connections(bool allowed) const;
    /// The same data, in another folder, under the same address.
    void move_house();

    /// A standby confirms every commit from now on, at an address of its own.
    void add_standby();
    /// The first is killed, and the standby is the server.
    void fail_over();
    /// What was the standby goes on where the first one was.
    void move_back();

private:
    std::filesystem::path home() const { return folder_.path() / "postgres"; }
    std::filesystem::path data() const { return home() / "data"; }
    void run(std::vector<std::string> program) const;

    insightd::testing::ScratchFolder folder_;
    storage::EmbeddedPostgres postgres_;
    std::string url_;
};

} // namespace insightd::torture
