#include "daemon/daemon.hpp"

#include "collectors/graph/http_date.hpp"
#include "daemon/replicas/introduction.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <utility>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

/// A heartbeat that took longer would say too little.
constexpr std::chrono::seconds heartbeat_patience{4};

/// Whoever looks at a page does not wait longer.
constexpr std::chrono::seconds page_patience{3};

} // namespace

Daemon::Daemon(config::Config settings, const DatabaseLocation& location)
    : config{std::move(settings)}, clock{make_witnessed_clock(config.clock)},
      transport{loop.get_executor(), transport_limits(config.api)},
      store{loop.get_executor(), config, *clock, location.url(), location.before_connecting()},
      heart{location.url(), heartbeat_patience, location.before_connecting()},
      caretaker{location.url(), location.before_connecting()},
      replica{
          loop.get_executor(), heart, replicas::introduction(INSIGHTD_VERSION, ids_of(config), {})},
      tokens{
          {config, *clock, transport, store.database,
           pause_between_tries(loop.get_executor(), *clock), &store.writer, &store.cache,
           &replica.ownership()}},
      engine{
          {loop.get_executor(), config, *clock, transport, store.writer, tokens,
           pause_between_tries(loop.get_executor(), *clock), &store.writer, &store.cache,
           &replica.ownership()},
          Engine::StorePatience::wait},
      pages{config, *clock, engine, tokens, store.writer, &replica},
      page_reader{location.url(), page_patience, location.before_connecting()},
      status_pages{
          {loop.get_executor(), config, *clock, engine, tokens, store.writer, page_reader, &replica,
           replicas::moment_of_machine}},
      caretaking{{loop.get_executor(), *clock, caretaker, config.storage.full_resolution, [this] {
                      return replica.memory().leases;
                  }}}
{
    store.database.set_patience(config.spool.patience);
    transport.on_answer([this](const graph::HttpReply& answer, auto took) {
        if (const auto date = graph::parse_http_date(answer.date))
            clock->testify(*date, took);
    });
}

asio::awaitable<void> nap(asio::steady_timer& timer, std::chrono::seconds most)
{
    timer.expires_after(most);
    boost::system::error_code cut_short;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
}

void on_the_side(Daemon& daemon, asio::awaitable<void> work)
{
    ++daemon.sides;
    asio::co_spawn(daemon.loop, std::move(work), [&daemon](std::exception_ptr error) {
        if (--daemon.sides == 0)
            daemon.sides_end.cancel();
        if (error)
            std::rethrow_exception(error);
    });
}

} // namespace insightd::daemon
