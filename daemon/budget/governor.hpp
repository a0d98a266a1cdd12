#pragma once

#include "collectors/graph/permit.hpp"
#include "config/config.hpp"
#include "daemon/budget/pool.hpp"
#include "storage/model/block.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// How the calls that the platform allows are spent: one pool for each app, one for each account.
/// Pure; time comes with each question.
namespace insightd::budget
{

/// What an account's budget looks like.
struct State {
    std::optional<double> app_percent;     ///< of the app's limit for an hour
    std::optional<double> account_percent; ///< of the account's limit for a day
    std::int64_t calls_in_hour = 0;
    std::int64_t calls_in_day = 0;
    std::optional<model::Instant> blocked_until;   ///< if it is now, by itself or with its app
    std::optional<model::Instant> own_block_until; ///< the same without its app
    std::vector<std::string_view> shedding;        ///< classes of work that may not begin now
};

/// What is the same for all accounts of an app.
struct AppState {
    std::optional<double> percent;               ///< of its limit for an hour
    std::optional<model::Instant> blocked_until; ///< if it is now
};

/// The answer to a question; `again` is when to ask again, if it is no.
struct Verdict {
    Answer answer{};
    model::Instant again;

    bool goes() const { return answer == Answer::go; }
};

class Governor
{
public:
    /// Accounts are named by their places: in the configuration, until seat() gives others.
    explicit Governor(const config::Config& config);

    /// The place is this account's, whatever had it before; a place as far as there are any, or the
    /// next one. Nothing is known of its use yet.
    void seat(std::size_t place, const config::Account& account);
    /// The account there is configured otherwise; what is known of its use stays.
    void change(std::size_t place, const config::Account& account);
    /// Nothing is expected there any more, and nobody can be blocked.
    void vacate(std::size_t place);

    /// Whether the account may make a call for this work now. `key` spreads the instants at which
    /// those who were refused come back.
    Verdict ask(std::size_t account, Work work, Stage stage, std::uint64_t key, model::Instant now);

    /// How many calls may leave now before such work would be shed; nothing while the platform has
    /// said nothing.
    std::optional<double> room(std::size_t account, Work work, model::Instant now);

    /// A call leaves; ended() is told what became of it.
    void departed(std::size_t account, Work work, model::Instant now);

    /// Asked for a call that departed, right before it is sent: a block may have begun meanwhile.
    Answer ask_again(std::size_t account, model::Instant now);
    /// A call that departed was not sent: it counts as none.
    void called_back(std::size_t account, Work work, model::Instant now);
    void ended(std::size_t account, const graph::Ending& ending, model::Instant now);

    /// The same of a call that does not count for the account: for conversations, or competitors.
    /// What its headers say of an account is of a limit of its own, and a block of that blocks
    /// nothing else.
    void call_beside_ended(
        std::size_t account, Work work, const graph::Ending& ending, model::Instant now);

    /// Calls an hour that the account is known to need for this work from now on.
    void expect(std::size_t account, Work work, double calls_per_hour);

    /// No call of the account before; the epoch if nothing blocks it.
    model::Instant blocked_until(std::size_t account) const;

    /// Those that stand now, for others who use the same app and accounts.
    std::vector<model::Block> blocks(model::Instant now) const;
    /// What others were told. Of apps and accounts that are not configured: nothing.
    void heed(const std::vector<model::Block>& blocks, model::Instant now);

    /// How much dearer than usual a call is: 1 while there is plenty, and doubling with each 12
    /// percent of the limit from 60 on. For the pace of posts.
    double scarcity(std::size_t account, model::Instant now);

    State state(std::size_t account, model::Instant now);

    /// Of the app that logins of this kind go through.
    AppState state_of_app(config::Login login, model::Instant now);

private:
    struct App {
        std::string name;
        Pool hour;
    };
    struct Member {
        model::AccountId id{};
        config::Login login{};
        double backfill_shed_at = 0;
        Pool day;
        Barrier messages;    ///< of the limit of messages
        Barrier competitors; ///< of that under which competitors are asked for
        RollingCount hour;
        PerWork<double> expected{};
        PerWork<model::Instant> left_at{}; ///< the newest call
    };
    void expect_nothing(std::size_t place);
    Pool& app_of(const Member& member);
    const Pool& app_of(const Member& member) const;
    Pool* pool_of(const model::Block& block);
    void learn(Member& member, const graph::Ending& ending, model::Instant now);
    static model::Instant free_at(const Member& member, Work work, model::Instant now);
    static Barrier& own_barrier(Member& member, Work work);
    static double shed_at(const Member& member, Work work, Stage stage);

    double share_ = 1;      ///< of the limits that is its own
    std::vector<App> apps_; ///< by login
    std::vector<Member> members_;
    std::unordered_map<model::AccountId, std::size_t> places_;
};

} // namespace insightd::budget
