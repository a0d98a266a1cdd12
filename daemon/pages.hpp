#pragma once

#include "config/config.hpp"
#include "daemon/clock.hpp"
#include "daemon/http/server.hpp"
#include "daemon/reload/record.hpp"

#include <cstddef>
#include <string>

namespace prometheus
{
class Registry;
}

namespace insightd::replicas
{
class Replica;
}

namespace insightd::webhooks
{
class Receiver;
}

namespace insightd::spool
{
class SpooledWriter;
}

namespace insightd::daemon
{

class Engine;
class TokenKeeper;

/// What the daemon shows of itself over HTTP: /healthz (alive), /readyz (whether it collects, and
/// what to do if it does not), /metrics for Prometheus. No secret is in any of them.
class Pages
{
public:
    Pages(
        const config::Config& config, const Clock& clock, Engine& engine, const TokenKeeper& tokens,
        const spool::SpooledWriter& store, const replicas::Replica* replica = nullptr);

    /// From now on what became of webhooks is shown as well.
    void show(const webhooks::Receiver& receiver) { receiver_ = &receiver; }

    /// And how other configurations were taken over.
    void show(const reload::Record& reloads) { reloads_ = &reloads; }

    http::Answer answer(const http::Question& question) const;

private:
    http::Answer readiness() const;
    http::Answer metrics() const;
    std::string database_words() const;
    std::size_t accounts_owned() const;
    std::size_t instances() const;
    void show_spool(prometheus::Registry& all) const;
    void show_budgets(prometheus::Registry& all) const;
    void show_webhooks(prometheus::Registry& all) const;
    void show_reloads(prometheus::Registry& all) const;

    const config::Config& config_;
    const Clock& clock_;
    Engine& engine_; ///< looked at only
    const TokenKeeper& tokens_;
    const spool::SpooledWriter& store_;
    const replicas::Replica* replica_;             ///< nothing: all accounts are its own
    const webhooks::Receiver* receiver_ = nullptr; ///< nothing: no webhooks are taken
    const reload::Record* reloads_ = nullptr;      ///< nothing: none is ever taken over
};

} // namespace insightd::daemon
