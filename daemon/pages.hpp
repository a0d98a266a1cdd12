#pragma once

#include "config/config.hpp"
#include "daemon/clock.hpp"
#include "daemon/http/server.hpp"
#include "daemon/metrics/process.hpp"
#include "daemon/reload/record.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace insightd::metrics
{
class Exposition;
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
    struct Tokens;

    // pages.cpp: whether it collects
    http::Answer readiness() const;
    Tokens looked_at() const;
    std::vector<std::string> reasons_against(const Tokens& tokens) const;
    std::string database_words() const;
    std::size_t accounts_owned() const;
    std::size_t instances() const;

    // figures.cpp: for Prometheus
    http::Answer metrics() const;
    void show_process(metrics::Exposition& page) const;
    void show_instance(metrics::Exposition& page) const;
    void show_collection(metrics::Exposition& page) const;
    void show_stories(metrics::Exposition& page) const;
    void show_spool(metrics::Exposition& page) const;
    void show_apps(metrics::Exposition& page) const;
    void show_webhooks(metrics::Exposition& page) const;
    void show_reloads(metrics::Exposition& page) const;

    const config::Config& config_;
    const Clock& clock_;
    Engine& engine_; ///< looked at only
    const TokenKeeper& tokens_;
    const spool::SpooledWriter& store_;
    const replicas::Replica* replica_;             ///< nothing: all accounts are its own
    const webhooks::Receiver* receiver_ = nullptr; ///< nothing: no webhooks are taken
    const reload::Record* reloads_ = nullptr;      ///< nothing: none is ever taken over
    metrics::Process process_;
};

} // namespace insightd::daemon
