#pragma once

#include "tests/sandbox/server.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
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
    std::size_t caller;
    std::int64_t account;
    std::string path;
};

/// One number that was answered.
struct Answer {
    Real at;
    sandbox::Instant virtually;
    std::size_t caller;
    std::int64_t account;
    double number;
    bool is_repeated, is_of_walk, is_snapshot = false;
    bool was_read = false; ///< another call came over the same connection: it had arrived whole
    std::vector<sandbox::Instant> or_at{}; ///< where it may stand instead: whoever asked may have
                                           ///< thought that it was then
};

/// By the name of what is counted (answers.hpp), in the order in which they were given.
using Answers = std::map<std::string, std::vector<Answer>>;

/// The sandbox, on a thread of its own, with a pair of ports for each caller. It notes who called
/// for which account and when, and what was answered.
class Platform
{
public:
    struct Options {
        std::size_t accounts = 0, callers = 0;
        int speed = 1; ///< virtual seconds per real one
        unsigned seed = 1;
        Real anchor, start;                                    ///< the virtual time at `anchor`
        std::function<void(sandbox::World::Options&)> adapt{}; ///< of the world; may be empty
    };

    explicit Platform(const Options& options);
    ~Platform() { close(); }

    /// From now on nothing is answered, and what was noted may be read.
    void close();

    const sandbox::Server& server(std::size_t caller) const { return *servers_.at(caller); }
    const std::vector<sandbox::AccountSpec>& accounts() const { return world_.accounts(); }
    const sandbox::World& world() const { return world_; }
    const std::vector<Call>& calls() const { return calls_; }
    const Answers& answers() const { return answers_; }

    /// So far; may be asked while it answers.
    std::int64_t numbers_answered() const { return numbers_answered_; }

    /// Done between two answers: what goes wrong there may be changed.
    void arrange(std::function<void(sandbox::Faults&)> work);

private:
    /// An answer that is the last of its connection so far: whether it arrives nobody knows.
    struct Doubt {
        std::vector<Answer>* series;
        std::size_t index;
    };
    struct Connection {
        std::uint64_t turn = 0;
        std::vector<Doubt> in_doubt;
    };

    void note(
        const sandbox::Request& request, const sandbox::Response& response,
        sandbox::Instant virtually);
    Connection& came_over(const sandbox::Request& request);

    sandbox::Faults faults_;
    sandbox::World world_;
    sandbox::Api api_;
    boost::asio::io_context loop_{1};
    std::vector<std::unique_ptr<sandbox::Server>> servers_;
    std::map<std::string, std::int64_t> by_token_;
    std::map<std::uint16_t, std::size_t> by_port_;
    std::map<std::pair<std::uint16_t, std::uint64_t>, Connection> connections_; ///< by port, number
    std::vector<Call> calls_;
    Answers answers_;
    std::atomic<std::int64_t> numbers_answered_ = 0;
    std::thread thread_;
};

} // namespace insightd::torture
