#include "collectors/graph/gathering.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace insightd::graph
{
namespace
{

namespace asio = boost::asio;

Failure cut_off()
{
    Failure failure;
    failure.kind = FailureClass::unreachable;
    failure.message = "the request that this call was part of was cut off";
    return failure;
}

} // namespace

/// One who asks.
struct Gathering::Call {
    Call(const asio::any_io_executor& loop, Asked handed_in)
        : asked{std::make_shared<Asked>(std::move(handed_in))}, timer{loop}
    {
    }

    bool waits() const { return !asked->answer && round.empty(); }

    std::shared_ptr<Asked> asked; ///< outlives one who is cut off while others wait for the round
    asio::steady_timer timer;     ///< cancelled when there is an answer, or a round to send
    std::vector<std::shared_ptr<Call>> round; ///< to be sent by this one; itself among them
};

/// A round under way: on every way out each of its calls has an answer, and is woken.
class Gathering::Sending
{
public:
    Sending(Gathering& gathering, std::vector<std::shared_ptr<Call>> round)
        : gathering_{gathering}, round_{std::move(round)}
    {
    }
    Sending(const Sending&) = delete;
    Sending& operator=(const Sending&) = delete;
    ~Sending()
    {
        gathering_.under_way_ -= round_.size();
        for (const auto& call : round_) {
            if (!call->asked->answer)
                call->asked->answer = cut_off();
            call->timer.cancel();
        }
    }

    Round asked() const
    {
        Round asked;
        for (const auto& call : round_)
            asked.push_back(call->asked);
        return asked;
    }

private:
    Gathering& gathering_;
    std::vector<std::shared_ptr<Call>> round_;
};

/// A call from when it is handed in: one that is cut off leaves nobody waiting.
class Gathering::Handed
{
public:
    Handed(Gathering& gathering, std::shared_ptr<Call> call)
        : gathering_{gathering}, call_{std::move(call)}
    {
        gathering_.waiting_.push_back(call_);
    }
    Handed(const Handed&) = delete;
    Handed& operator=(const Handed&) = delete;
    ~Handed()
    {
        std::erase(gathering_.waiting_, call_);
        if (!call_->round.empty())
            const Sending unsent{gathering_, std::exchange(call_->round, {})};
    }

private:
    Gathering& gathering_;
    std::shared_ptr<Call> call_;
};

void Gathering::leave()
{
    --seats_;
    appoint();
}

/// The first of those who wait sends for all of them, once nobody can join.
void Gathering::appoint()
{
    while (!waiting_.empty() && waiting_.size() + under_way_ >= seats_) {
        const auto size = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), most_));
        const auto first = waiting_.front();
        first->round.assign(waiting_.begin(), waiting_.begin() + size);
        waiting_.erase(waiting_.begin(), waiting_.begin() + size);
        under_way_ += first->round.size();
        first->timer.cancel();
    }
}

asio::awaitable<Outcome<Reply>> Gathering::ask(Request request, bool alone)
{
    Asked handed_in{std::move(request), alone, std::nullopt};
    const auto loop = co_await asio::this_coro::executor;
    const auto call = std::make_shared<Call>(loop, std::move(handed_in));
    const Handed handed{*this, call};
    appoint();
    while (call->waits()) {
        call->timer.expires_at(std::chrono::steady_clock::time_point::max());
        co_await call->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (!call->round.empty()) {
        const Sending sending{*this, std::exchange(call->round, {})};
        co_await send_(sending.asked());
    }
    co_return std::move(*call->asked->answer);
}

} // namespace insightd::graph
