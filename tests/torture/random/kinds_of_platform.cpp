#include "tests/torture/random/kinds.hpp"

// The switches of the sandbox: what the platform itself does wrong.
namespace insightd::torture
{
namespace
{

using Switch = std::function<void(sandbox::Faults&)>;

PlatformFault platform(std::string_view name, std::string_view how, Switch on)
{
    return {name, how, [on = std::move(on)](sandbox::Faults& faults, const Posts&) { on(faults); }};
}

Switch withdraws(const char* metric, sandbox::Withdrawal::Way way)
{
    return [metric, way](sandbox::Faults& faults) {
        faults.withdrawn.push_back({metric, way, true, {}});
    };
}

Posts posts_of_one_account(const Ground& ground)
{
    Posts ids;
    for (const auto& post : ground.platform.world().posts(0, ground.pace.virtually(real_now())))
        ids.push_back(post.id);
    return ids;
}

Kind kind_of(PlatformFault fault)
{
    const auto inject = [on = std::move(fault.on)](Ground& ground) {
        const auto posts = posts_of_one_account(ground);
        ground.platform.arrange([&](sandbox::Faults& faults) { on(faults, posts); });
    };
    const auto heal = [](Ground& ground) {
        ground.platform.arrange([](sandbox::Faults& faults) { faults = {}; });
    };
    return {fault.name, fault.how, "the switch is off", Part::platform, fault.cost, inject, heal};
}

} // namespace

std::vector<Kind> kinds_of_platform()
{
    std::vector<Kind> all;
    for (auto& fault : platform_faults())
        all.push_back(kind_of(std::move(fault)));
    return all;
}

std::vector<PlatformFault> platform_faults()
{
    using sandbox::Faults;
    using Way = sandbox::Withdrawal::Way;
    return {
        platform("every second call fails", "HTTP 500", [](Faults& f) { f.errors = 0.5; }),
        platform("calls fail at random", "HTTP 500", [](Faults& f) { f.random_errors = 0.3; }),
        platform("pages of a proxy", "HTML with 502", [](Faults& f) { f.html = true; }),
        platform(
            "bodies end in the middle", "JSON of half its length",
            [](Faults& f) { f.truncated = true; }),
        platform(
            "hangs up", "connections end without an answer", [](Faults& f) { f.hangs_up = true; }),
        platform(
            "gone in disguise", "100/33 to half of the insights calls",
            [](Faults& f) { f.gone_in_disguise = 0.5; }),
        platform("throttled", "80002 to one account", [](Faults& f) { f.throttled = "account_0"; }),
        platform(
            "app at its limit", "code 4 after ten calls an hour",
            [](Faults& f) { f.limits.app_calls_an_hour = 10; }),
        platform(
            "account at its limit", "80002 after ten calls a day",
            [](Faults& f) { f.limits.account_calls_a_day = 10; }),
        platform("nearly at the limit", "99 percent used", [](Faults& f) { f.usage = 99; }),
        platform(
            "dead token", "190/463 to one account",
            [](Faults& f) { f.dead_token_of = "account_1"; }),
        platform(
            "endless list", "the media list never ends", [](Faults& f) { f.cursor_loop = true; }),
        platform(
            "small pages", "more than one row is too much data",
            [](Faults& f) { f.most_rows = 1; }),
        platform("metric withdrawn", "named in an error", withdraws("saved", Way::listed)),
        platform("metric missing", "left out of the answer", withdraws("shares", Way::missing)),
        platform("metric blanks the answer", "empty data", withdraws("reach", Way::all_blank)),
        platform("metric breaks the answer", "code 1", withdraws("views", Way::unknown_error)),
        platform(
            "insights forbidden", "code 10 to the edge",
            [](Faults& f) { f.forbidden_edges = {"insights"}; }),
        {"posts forbidden", "code 10 to the insights of each post of one account",
         [](Faults& f, const Posts& posts) { f.forbidden_media = posts; }},
        platform("no series", "series without a point", [](Faults& f) { f.empty_series = true; }),
        platform(
            "series with holes", "every second day is left out",
            [](Faults& f) { f.series_leaves_out = 2; }),
        platform(
            "days refused", "days older than one are an error",
            [](Faults& f) { f.days.series = f.days.totals = 1; }),
        {"days end elsewhere", "where those of the other kind of account end",
         [](Faults& f, const Posts&) { f.moved_days = true; }, Cost::other_days},
        platform(
            "a new metric", "the list of an error names one that nobody knows",
            [](Faults& f) {
                withdraws("saved", Way::listed)(f);
                f.new_media_metrics = {"brand_new"};
            }),
        platform(
            "renewals fail", "HTTP 500 to those that refresh a token",
            [](Faults& f) { f.refresh_errors = 1; }),
        platform(
            "proof demanded", "the Facebook app takes no call without appsecret_proof",
            [](Faults& f) { f.login.requires_proof = true; }),
        platform(
            "no batches", "the Facebook host knows none",
            [](Faults& f) { f.batches.unknown = true; }),
        platform(
            "unfinished batches", "half of the members is null",
            [](Faults& f) { f.batches.unfinished = 0.5; }),
    };
}

} // namespace insightd::torture
