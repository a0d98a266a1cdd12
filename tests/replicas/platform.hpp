#pragma once

#include "tests/sandbox/server.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace insightd::torture
{

using Real = std::chrono::sys_time<std::chrono::microseconds>;

Real real_now();
std::string text_of(Real instant);

struct Call {
    Real at;
    std::size_t replica;
    std::int64_t account;
    std::string path;
};

/// The views of a post, as they were answered.
struct Answer {
    Real at;
    sandbox::Instant virtually;
    std::size_t replica;
    std::int64_t views;
};

/// The sandbox, on a thread of its own, with a pair of ports for each replica. It notes who called
/// for which account and when, and what was answered.
class Platform
{
public:
    struct Options {
        std::size_t accounts = 0, replicas = 0;
        int speed = 1; ///< virtual seconds per real one
        unsigned seed = 1;
        Real anchor, start; ///< the virtual time at `anchor`
    };

    explicit Platform(const Options& options);
    ~Platform() { close(); }

    /// From now on nothing is answered, and what was noted may be read.
    void close();

    const sandbox::Server& server(std::size_t replica) const { return *servers_.at(replica); }
    const std::vector<sandbox::AccountSpec>& accounts() const { return world_.accounts(); }
    const std::vector<Call>& calls() const { return calls_; }
    /// By media, in the order in which they were given.
    const std::map<std::int64_t, std::vector<Answer>>& answers() const { return answers_; }

private:
    void note(const sandbox::Request& request, const std::string& body, sandbox::Instant virtually);

    sandbox::Faults faults_;
    sandbox::World world_;
    sandbox::Api api_;
    boost::asio::io_context loop_{1};
    std::vector<std::unique_ptr<sandbox::Server>> servers_;
    std::map<std::string, std::int64_t> by_token_;
    std::map<std::uint16_t, std::size_t> by_port_;
    std::vector<Call> calls_;
    std::map<std::int64_t, std::vector<Answer>> answers_;
    std::thread thread_;
};

} // namespace insightd::torture
