#include "daemon/site.hpp"

#include "config/unusable.hpp"
#include "daemon/daemon.hpp"
#include "daemon/http/certificate.hpp"
#include "daemon/job_table.hpp"
#include "daemon/log.hpp"

#include <fmt/format.h>

namespace insightd::daemon
{
namespace
{

/// The platform keeps connections open, and many stories end at once.
constexpr std::size_t webhook_connections = 256;

config::Secret needed(const config::SecretReference& reference, std::string_view key)
{
    auto found = config::resolve(reference);
    if (const auto* why_not = std::get_if<std::string>(&found))
        throw config::Unusable{fmt::format("{}: {}", key, *why_not)};
    return std::get<config::Secret>(std::move(found));
}

/// Which of two apps signs for Instagram Login is not documented: either may.
/// Source: graph-api.md section 7.
std::vector<config::Secret> signing_secrets(const config::Config& config)
{
    std::vector<config::Secret> secrets;
    const auto& api = config.api;
    if (api.app.secret)
        secrets.push_back(needed(*api.app.secret, "api.app.secret"));
    if (api.instagram_app && api.instagram_app->secret)
        secrets.push_back(needed(*api.instagram_app->secret, "api.instagram_app.secret"));
    if (config.webhooks->former_secret)
        secrets.push_back(needed(*config.webhooks->former_secret, "webhooks.former_secret"));
    return secrets;
}

std::set<model::AccountId> all_ids(const config::Config& config)
{
    const auto ids = ids_of(config);
    return {ids.begin(), ids.end()};
}

/// Accounts that collect mentions.
std::set<model::AccountId> mentioned_ids(const config::Config& config)
{
    std::set<model::AccountId> ids;
    for (const auto& account : config.accounts)
        if (is_switched_on(account, Job::mentions))
            ids.insert(account.user_id);
    return ids;
}

webhooks::Receiver::Services services_of(Daemon& daemon, webhooks::Inbox& inbox)
{
    webhooks::Receiver::Services services{
        inbox,
        needed(daemon.config.webhooks->verify_token, "webhooks.verify_token"),
        signing_secrets(daemon.config),
        all_ids(daemon.config),
        {},
        replicas::moment_of_machine,
        {},
        {}};
    services.now = [&daemon] { return daemon.clock->now(); };
    services.kept = [&daemon](const auto& pushes) { daemon.engine.note_pushes(pushes); };
    services.kept_mentions = [&daemon](const auto& mentions) {
        daemon.engine.note_mentions(mentions);
    };
    services.mentioned = mentioned_ids(daemon.config);
    services.say = [](const webhooks::NotTaken& delivery) {
        log::warning(
            "webhook_not_taken", {{"outcome", webhooks::to_string(delivery.outcome)},
                                  {"reason", delivery.reason},
                                  {"others", delivery.others}});
    };
    return services;
}

std::shared_ptr<http::Certificate> certificate_of(const config::Webhooks& webhooks)
{
    if (!webhooks.certificate)
        return nullptr;
    return std::make_shared<http::Certificate>(
        *webhooks.certificate, [](const std::string& why_not) {
            if (why_not.empty())
                log::info("certificate_read", {});
            else
                log::error("certificate_not_read", {{"reason", why_not}});
        });
}

http::Answer not_here()
{
    http::Answer answer;
    answer.status = 404;
    answer.body = "nothing is here\n";
    return answer;
}

} // namespace

Site::Site(Daemon& daemon) : daemon_{daemon}
{
    if (daemon.config.webhooks)
        take_webhooks();
    if (daemon.config.http)
        serve_pages();
    if (daemon.config.webhooks && daemon.config.webhooks->listener)
        serve_webhooks_alone();
}

void Site::take_webhooks()
{
    inbox_.emplace(daemon_.loop.get_executor(), daemon_.store.writer);
    receiver_.emplace(services_of(daemon_, *inbox_), daemon_.config.webhooks->most_per_second);
    daemon_.pages.show(*receiver_);
}

void Site::accounts_changed()
{
    if (receiver_)
        receiver_->configured(all_ids(daemon_.config), mentioned_ids(daemon_.config));
}

/// Pages are there from the start: whoever asks while the database is away must be told.
void Site::serve_pages()
{
    const auto& place = *daemon_.config.http;
    const bool takes_webhooks = receiver_ && !daemon_.config.webhooks->listener;
    http::Limits limits;
    if (takes_webhooks) {
        limits.body = webhooks::longest_delivery;
        limits.connections = webhook_connections;
    }
    pages_ = std::make_unique<http::Server>(
        daemon_.loop.get_executor(), place.address, place.port,
        [this, takes_webhooks](http::Question question) {
            return takes_webhooks ? answer(std::move(question)) : page(std::move(question));
        },
        limits);
    log::info("pages", {{"address", place.address}, {"port", pages_->port()}});
}

void Site::serve_webhooks_alone()
{
    const auto& settings = *daemon_.config.webhooks;
    http::Limits limits;
    limits.body = webhooks::longest_delivery;
    limits.connections = webhook_connections;
    webhooks_ = std::make_unique<http::Server>(
        daemon_.loop.get_executor(), settings.listener->address, settings.listener->port,
        [this](http::Question question) { return answer(std::move(question)); }, limits,
        certificate_of(settings));
    log::info(
        "webhooks", {{"address", settings.listener->address},
                     {"port", webhooks_->port()},
                     {"path", settings.path},
                     {"tls", settings.certificate ? "yes" : "no"}});
}

/// Pages are read only, and not for the outside: beside webhooks on an address of their own there
/// is nothing.
boost::asio::awaitable<http::Answer> Site::answer(http::Question question)
{
    const auto& settings = *daemon_.config.webhooks;
    if (question.path == settings.path) {
        auto answering = receiver_->answer(std::move(question));
        co_return co_await std::move(answering);
    }
    if (settings.listener || question.method == http::Method::post)
        co_return not_here();
    auto answering = page(std::move(question));
    co_return co_await std::move(answering);
}

boost::asio::awaitable<http::Answer> Site::page(http::Question question)
{
    if (!StatusPages::are_at(question.path))
        co_return daemon_.pages.answer(question);
    auto answering = daemon_.status_pages.answer(std::move(question));
    co_return co_await std::move(answering);
}

} // namespace insightd::daemon
