#pragma once

#include "collectors/graph/failure.hpp"
#include "collectors/graph/reply.hpp"
#include "collectors/graph/request.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace insightd::graph
{

/// A request that was handed in to be sent together with others, and what came of it.
struct Asked {
    Request request;
    bool alone = false; ///< not in one request with others
    std::optional<Outcome<Reply>> answer;
};

/// Brings together what coroutines ask side by side. Each holds a seat, and a round is sent as soon
/// as nobody can join it any more: every one of them either asks, or waits for a round that is
/// under way. No clock is needed. One loop, no locks.
class Gathering
{
public:
    using Round = std::vector<std::shared_ptr<Asked>>;
    /// Answers every one of the round.
    using Send = std::function<boost::asio::awaitable<void>(Round)>;

    /// A round has `most` at most.
    Gathering(std::size_t most, Send send) : most_{most}, send_{std::move(send)} {}
    Gathering(const Gathering&) = delete;
    Gathering& operator=(const Gathering&) = delete;

    /// Whoever holds one is waited for, and so must not wait for another seat's holder otherwise.
    class Seat
    {
    public:
        Seat() = default; ///< none
        explicit Seat(std::shared_ptr<Gathering> gathering) : gathering_{std::move(gathering)}
        {
            ++gathering_->seats_;
        }
        Seat(Seat&& other) noexcept = default;
        Seat& operator=(Seat&&) = delete;
        ~Seat()
        {
            if (gathering_)
                gathering_->leave();
        }

    private:
        std::shared_ptr<Gathering> gathering_;
    };

    /// Whether requests are to be handed in.
    bool is_open() const { return seats_ > 0; }

    /// The answer to the request, which is sent with those of the other seats.
    boost::asio::awaitable<Outcome<Reply>> ask(Request request, bool alone);

private:
    struct Call;
    class Handed;
    class Sending;

    void leave();
    void appoint();

    std::size_t most_;
    Send send_;
    std::size_t seats_ = 0;
    std::size_t under_way_ = 0; ///< calls of rounds that are not answered yet
    std::vector<std::shared_ptr<Call>> waiting_;
};

} // namespace insightd::graph
