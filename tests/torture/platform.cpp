#include "tests/torture/platform.hpp"

#include "tests/torture/answers.hpp"

#include <boost/asio/post.hpp>
#include <date/date.h>

#include <future>
#include <utility>

namespace insightd::torture
{
namespace
{

sandbox::World::Options options_of(const Platform::Options& wish)
{
    sandbox::World::Options options;
    options.seed = wish.seed;
    options.start = wish.start;
    options.days_of_history = 3;
    if (wish.adapt)
        wish.adapt(options);
    return options;
}

std::uint16_t port_in(const std::string& url)
{
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

} // namespace

Real real_now()
{
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string text_of(Real instant)
{
    return date::format("%FT%TZ", instant);
}

Platform::Platform(const Options& options)
    : world_{options_of(options), sandbox::many_accounts(options.accounts)}, api_{world_, faults_}
{
    for (const auto& account : world_.accounts())
        by_token_[account.token] = account.user_id;
    api_.watch([this](const auto& request, const auto& response, auto virtually) {
        note(request, response, virtually);
    });
    const auto now = [options] {
        return options.start + (real_now() - options.anchor) * options.speed;
    };
    for (std::size_t caller = 0; caller < options.callers; ++caller) {
        servers_.push_back(std::make_unique<sandbox::Server>(loop_.get_executor(), api_, now));
        by_port_[port_in(servers_.back()->instagram_url())] = caller;
        by_port_[port_in(servers_.back()->facebook_url())] = caller;
    }
    thread_ = std::thread{[this] { loop_.run(); }};
}

void Platform::close()
{
    loop_.stop();
    if (thread_.joinable())
        thread_.join();
}

void Platform::arrange(std::function<void(sandbox::Faults&)> work)
{
    std::promise<void> done;
    boost::asio::post(loop_, [&] {
        work(faults_);
        done.set_value();
    });
    done.get_future().wait();
}

/// Nothing is asked over a connection before the answer to what was asked last has been read; what
/// lies between does not mix connections.
Platform::Connection& Platform::came_over(const sandbox::Request& request)
{
    auto& connection = connections_[{request.port, request.connection}];
    if (std::exchange(connection.turn, request.turn) == request.turn) // of the same batch
        return connection;
    for (const auto& [series, index] : connection.in_doubt)
        series->at(index).was_read = true;
    connection.in_doubt.clear();
    return connection;
}

void Platform::note(
    const sandbox::Request& request, const sandbox::Response& response, sandbox::Instant virtually)
{
    auto& connection = came_over(request);
    const auto account = by_token_.find(request.token());
    if (account == by_token_.end())
        return;
    const auto caller = by_port_.at(request.port);
    calls_.push_back({real_now(), caller, account->second, request.path});
    for (const auto& one : numbers_in(request, response, account->second)) {
        auto& series = answers_[one.name];
        connection.in_doubt.push_back({&series, series.size()});
        series.push_back(
            {real_now(), virtually, caller, account->second, one.number, one.is_repeated,
             one.is_of_walk, one.is_snapshot});
        ++numbers_answered_;
    }
}

} // namespace insightd::torture
