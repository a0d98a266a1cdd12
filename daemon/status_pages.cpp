#include "daemon/status_pages.hpp"

#include "collectors/graph/url.hpp"
#include "daemon/advice.hpp"
#include "daemon/engine.hpp"
#include "daemon/replicas/replica.hpp"
#include "daemon/status_page/layout.hpp"
#include "daemon/status_page/pages.hpp"
#include "daemon/token_keeper.hpp"
#include "storage/spool/spooled_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace insightd::daemon
{
namespace
{

/// As many as there may be connections, and then some: these are read at once, or lately.
constexpr std::size_t most_on_shelf = 100;
constexpr std::int64_t most_made_per_second = 20;
constexpr std::chrono::seconds kept_for{2};
constexpr std::size_t most_kept = 50;
constexpr std::size_t longest_search = 100; ///< bytes

constexpr auto away = "the database is away: rows wait in the spool of this machine";

std::vector<std::string_view> parts_of(std::string_view path)
{
    std::vector<std::string_view> parts;
    for (path.remove_prefix(1); !path.empty();) {
        const auto end = std::min(path.find('/'), path.size());
        parts.push_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return parts;
}

/// What stands after "q=".
std::string searched_in(std::string_view query)
{
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto part = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (part.starts_with("q="))
            return graph::unescaped(part.substr(2)).value_or("").substr(0, longest_search);
    }
    return "";
}

std::optional<model::MediaId> id_in(std::string_view text)
{
    model::MediaId id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size() || id <= 0)
        return std::nullopt;
    return id;
}

http::Answer page(int status, std::string body)
{
    http::Answer answer;
    answer.status = status;
    answer.type = "text/html; charset=utf-8";
    answer.body = std::move(body);
    answer.headers = {
        {"content-security-policy", status_page::content_security_policy()},
        {"referrer-policy", "no-referrer"}};
    return answer;
}

template <class Facts> PageShelf<Facts> shelf(const StatusPages::Services& services)
{
    return PageShelf<Facts>{
        services.loop,
        {services.time, [&clock = services.clock] { return clock.now(); }},
        most_on_shelf};
}

status_page::SpoolTrouble trouble_of(const spool::SpooledWriter& store)
{
    using Trouble = spool::SpooledWriter::Trouble;
    switch (store.trouble()) {
    case Trouble::full:
        return status_page::SpoolTrouble::full;
    case Trouble::unusable:
        return status_page::SpoolTrouble::unusable;
    case Trouble::none:
        break;
    }
    return status_page::SpoolTrouble::none;
}

} // namespace

StatusPages::StatusPages(Services services)
    : services_{std::move(services)}, accounts_{shelf<model::ShownAccounts>(services_)},
      account_{shelf<model::ShownAccount>(services_)},
      posts_{shelf<std::optional<model::ShownPostHistory>>(services_)}, rate_{most_made_per_second},
      clearing_{services_.loop}
{
}

bool StatusPages::are_at(std::string_view path)
{
    return path == "/" || path.starts_with("/account/");
}

/// Nothing for a path that is none.
std::optional<StatusPages::Wanted> StatusPages::wanted(const http::Question& question)
{
    if (question.path == "/")
        return Wanted{"", "", searched_in(question.query)};
    const auto parts = parts_of(question.path);
    const bool is_account = parts.size() == 2;
    const bool is_media = parts.size() == 4 && parts[2] == "media" && id_in(parts[3]);
    if (!is_account && !is_media)
        return std::nullopt;
    const auto name = graph::unescaped(parts[1]);
    if (!name || name->empty())
        return std::nullopt;
    return Wanted{*name, is_media ? std::string{parts[3]} : "", ""};
}

/// Whoever reloads gets what was made just now; new ones are made so many a second.
boost::asio::awaitable<http::Answer> StatusPages::answer(http::Question question)
{
    const auto asked = wanted(question);
    if (!asked || (!asked->account.empty() && !is_configured(asked->account)))
        co_return message(404, "There is no such page", "The configuration names no such account.");
    const auto key = asked->key();
    const auto found = kept_.find(key);
    if (found != kept_.end() && services_.time() - found->second.at < kept_for)
        co_return found->second.answer;
    if (!rate_.takes(services_.time()))
        co_return busy();
    auto making = made(*asked);
    auto answer = co_await std::move(making);
    keep(key, answer);
    co_return answer;
}

void StatusPages::keep(const std::string& key, const http::Answer& answer)
{
    if (kept_.size() >= most_kept)
        kept_.clear();
    kept_[key] = {services_.time(), answer};
    clearing_.expires_after(kept_for);
    clearing_.async_wait([this](const boost::system::error_code& cut_short) {
        if (!cut_short)
            kept_.clear();
    });
}

boost::asio::awaitable<http::Answer> StatusPages::made(Wanted wanted)
{
    if (wanted.account.empty())
        return overview(std::move(wanted.searched));
    if (wanted.media.empty())
        return account(std::move(wanted.account));
    return post(std::move(wanted.account), std::move(wanted.media));
}

boost::asio::awaitable<PageShelf<model::ShownAccounts>::Shown> StatusPages::all_accounts()
{
    if (!services_.engine.store_is_up())
        co_return accounts_.last("", away);
    PageShelf<model::ShownAccounts>::Read read = [this] { return read_accounts(); };
    auto reading = accounts_.get("", std::move(read));
    co_return co_await std::move(reading);
}

/// Gaps that are not told in time do not keep the rest from being shown.
boost::asio::awaitable<model::ShownAccounts> StatusPages::read_accounts()
{
    auto facts = co_await services_.reader.accounts();
    try {
        facts.gaps = co_await services_.reader.gaps();
    } catch (const model::Unavailable&) { // they are shown as not known
    }
    co_return facts;
}

boost::asio::awaitable<http::Answer> StatusPages::overview(std::string searched)
{
    auto reading = all_accounts();
    const auto all = co_await std::move(reading);
    co_return page(200, status_page::overview_page(now(), *all, searched));
}

boost::asio::awaitable<http::Answer> StatusPages::account(std::string name)
{
    auto reading_all = all_accounts();
    const auto all = co_await std::move(reading_all);
    PageShelf<model::ShownAccount>::Shown shown;
    if (!services_.engine.store_is_up())
        shown = account_.last(name, away);
    else {
        PageShelf<model::ShownAccount>::Read read = [this, name] {
            return services_.reader.account(name);
        };
        auto reading = account_.get(name, std::move(read));
        shown = co_await std::move(reading);
    }
    if (!shown)
        co_return busy();
    co_return page(200, status_page::account_page(now(), name, *all, *shown));
}

boost::asio::awaitable<http::Answer> StatusPages::post(std::string account, std::string media)
{
    const auto key = account + "\n" + media;
    PageShelf<std::optional<model::ShownPostHistory>>::Shown shown;
    if (!services_.engine.store_is_up())
        shown = posts_.last(key, away);
    else {
        PageShelf<std::optional<model::ShownPostHistory>>::Read read =
            [this, account, id = *id_in(media)] { return services_.reader.post(account, id); };
        auto reading = posts_.get(key, std::move(read));
        shown = co_await std::move(reading);
    }
    if (!shown)
        co_return busy();
    if (shown->facts && !*shown->facts)
        co_return message(
            404, "There is no such post", "The account has no post or story with this id.");
    const status_page::Stored<model::ShownPostHistory> stored{
        shown->facts ? *shown->facts : std::nullopt, shown->as_of, shown->why_not};
    co_return page(200, status_page::post_page(now(), account, media, stored));
}

bool StatusPages::is_configured(std::string_view account) const
{
    const auto& all = services_.config.accounts;
    return std::ranges::find(all, account, &config::Account::name) != all.end();
}

status_page::DaemonNow StatusPages::now_without_accounts() const
{
    const auto& store = services_.store;
    status_page::DaemonNow now;
    now.now = services_.clock.now();
    now.version = INSIGHTD_VERSION;
    now.is_stepped = services_.config.clock.has_value();
    now.database_is_up = services_.engine.store_is_up();
    now.spool_rows = store.depth().rows;
    now.spool_oldest = store.depth().oldest;
    now.spool_dropped = store.dropped_rows();
    now.spool_set_aside = store.depth().set_aside;
    now.spool_damaged_at = store.damaged_at();
    now.spool_trouble = trouble_of(store);
    now.machine_ahead = services_.clock.machine_ahead();
    if (reloads_ != nullptr) {
        now.config_trouble = reloads_->why_not;
        now.config_waits = reloads_->need_restart;
    }
    if (services_.replica != nullptr)
        now.instances = std::max<std::size_t>(1, services_.replica->instances());
    return now;
}

status_page::DaemonNow StatusPages::now() const
{
    auto now = now_without_accounts();
    for (const auto& account : services_.config.accounts)
        now.accounts.push_back(account_now(account));
    now.advice = [this](model::AccountId id, const model::Health& row) {
        const auto& all = services_.config.accounts;
        const auto found = std::ranges::find(all, id, &config::Account::user_id);
        return found != all.end() ? advice_for(row.collector, row.error_class, *found) : "";
    };
    return now;
}

status_page::AccountNow StatusPages::account_now(const config::Account& account) const
{
    auto glance = services_.engine.glance_at(account.user_id);
    const auto budget = services_.engine.budget_of(account.user_id);
    status_page::AccountNow now;
    now.id = account.user_id;
    now.name = account.name;
    now.is_ours = glance.is_ours;
    now.open_stories = std::move(glance.open_stories);
    now.budget = {
        budget.app_percent, budget.account_percent, budget.calls_in_hour, budget.blocked_until};
    const auto state = services_.tokens.states().find(account.user_id);
    if (state == services_.tokens.states().end())
        return now;
    const auto facts = services_.tokens.facts().find(account.user_id);
    now.token = status_page::Token{
        state->second.state, state->second.reason, state->second.mend,
        facts != services_.tokens.facts().end() ? facts->second.expires_at : std::nullopt};
    return now;
}

http::Answer StatusPages::message(int status, std::string_view title, std::string_view words) const
{
    return page(status, status_page::message_page(now_without_accounts(), title, words));
}

/// Made of nothing: it must cost nothing.
http::Answer StatusPages::busy() const
{
    http::Answer answer;
    answer.status = 503;
    answer.body = "too many pages were asked for within a second: reload\n";
    answer.headers = {{"retry-after", "1"}};
    return answer;
}

} // namespace insightd::daemon
