#pragma once

#include "collectors/collected.hpp"
#include "collectors/competitors.hpp"
#include "collectors/graph/client.hpp"
#include "collectors/metric_matrix.hpp"
#include "config/config.hpp"
#include "daemon/account.hpp"
#include "daemon/budget/governor.hpp"
#include "daemon/clock.hpp"
#include "daemon/condition.hpp"
#include "daemon/reaction.hpp"
#include "daemon/scheduler.hpp"
#include "daemon/turn_permit.hpp"
#include "storage/model/history.hpp"
#include "storage/model/writer.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace insightd::replicas
{
class Ownership;
} // namespace insightd::replicas

namespace insightd::spool
{
class Cache;
class SpooledWriter;
} // namespace insightd::spool

namespace insightd::daemon
{

class TokenKeeper;

/// What cannot be read again later: worth calls even while it is not known who owns the account.
bool is_irreplaceable(Job job);

/// How far the work has come; only ever grows.
struct Progress {
    std::size_t tasks_known = 0; ///< fell due so far
    std::size_t tasks_done = 0;
    std::size_t values_stored = 0; ///< numbers acknowledged by the store
    std::int64_t calls = 0;
    FailureCounts failures; ///< of the calls
};

/// The loop that joins it all: takes what is due, asks, writes, and plans the next time. Accounts
/// are isolated: each has its own queue, failures and pauses.
class Engine
{
public:
    /// What to do when the store is away: the daemon waits and keeps the rows, one pass gives up.
    enum class StorePatience { wait, give_up };

    struct Services {
        boost::asio::any_io_executor loop;
        const config::Config& config;
        const Clock& clock;
        graph::Transport& transport;
        model::Writer& store;
        TokenKeeper& tokens;
        graph::Pause pause;                    ///< between tries of one call
        spool::SpooledWriter* spool = nullptr; ///< if that is what `store` is
        spool::Cache* cache = nullptr;         ///< of stories, for while the store is away
        /// Whose the accounts are; without it all are this engine's, for good.
        const replicas::Ownership* ownership = nullptr;
    };

    Engine(Services services, StorePatience patience);
    ~Engine();

    /// Takes over what the store remembers, posts apart; without it every account starts afresh.
    /// Lists and posts wait for their own call.
    void remember(const std::vector<model::AccountHistory>& histories);

    /// Its own accounts that lack their posts, those first that were not read for longest.
    std::vector<model::AccountId> accounts_without_posts() const;

    /// Takes over posts of its own accounts, others are ignored; each is planned at once. A post
    /// that is known already stays as it is.
    void remember_posts(const std::vector<model::StoredPost>& posts);

    /// These accounts have all their posts.
    void posts_are_remembered(const std::vector<model::AccountId>& accounts);

    /// While the store cannot be asked yet: what cannot be fetched again is collected, beginning
    /// with these stories. remember() adds the rest once it can.
    void remember_stories(const std::vector<model::AccountHistory>& stories);

    /// Rows were lost on their way: what the store has of these accounts' past, and nothing else,
    /// is known from now on.
    void remember_past(
        const std::vector<model::AccountHistory>& histories,
        const std::vector<model::StoredPost>& posts);

    /// These accounts are this engine's from now on, on what the store remembers of them, posts
    /// apart. Nothing of them may be under way: is_at_rest().
    void take_over(
        const std::vector<model::AccountId>& accounts,
        const std::vector<model::AccountHistory>& histories);

    /// These are no longer: what waits is dropped; a turn under way is ended as far as calls are
    /// permitted, and its answers are stored. What the store remembers of them and comes later is
    /// ignored.
    void let_go(const std::vector<model::AccountId>& accounts);

    // Accounts of another configuration, while it runs: reconfiguring.cpp.

    /// Known from now on; it is its own once take_over() says so.
    void add(const config::Account& settings);
    /// Otherwise configured from the end of the turn that is under way: until then nothing changes,
    /// and what is planned and not concerned stays planned.
    void change(const config::Account& settings);
    /// Let go, and unknown as soon as nothing of them is under way.
    void remove(const std::vector<model::AccountId>& accounts);
    /// Whether no account waits for the end of its turn to be configured otherwise.
    bool has_changed_all() const;

    /// Whether it works for the account.
    bool owns(model::AccountId account) const { return own_account(account) != nullptr; }

    /// Whether nothing of the account is under way.
    bool is_at_rest(model::AccountId account) const;

    /// The platform told of stories by itself, and the store has what it told.
    void note_pushes(const std::vector<model::StoryPush>& pushes);

    /// Mentions that are durable: they are read soon.
    void note_mentions(const std::vector<model::Mention>& mentions);

    /// Something changed that the engine does not see by itself, such as what may be done.
    void look_again();

    /// Collects until stop() is called, then finishes what is under way.
    boost::asio::awaitable<void> run();

    /// Everything that is due at this instant, to its end. What falls due meanwhile waits, except
    /// media that were discovered. Throws model::Unavailable if the store gives up.
    boost::asio::awaitable<void> pass();

    /// Makes every task due now, whatever its schedule: one pass reads all.
    void make_all_due();

    /// Does only the jobs that `wanted` says yes to; the others are dropped as they fall due.
    void restrict_to(std::function<bool(Job)> wanted) { wanted_ = std::move(wanted); }

    /// Nothing but backfills from now on, as fast as the platform's limit lets them.
    void only_backfill();

    /// Where the backfill of each account stands; nothing for one that was not begun.
    struct BackfillState {
        std::string account;
        std::optional<model::Backfill> row;
    };
    std::vector<BackfillState> backfills() const;

    /// No new work from now on; run() returns once what is under way has ended or, after `grace`,
    /// was cut off.
    void stop(std::chrono::seconds grace);

    bool is_stopping() const;

    const Progress& progress() const { return progress_; }
    /// Whether the database takes rows, as far as is known.
    bool store_is_up() const;

    /// The failures of the last runs, by account and collector: for the exit code of one pass.
    struct Complaint {
        std::string account;
        std::string collector;
        graph::Failure failure;
    };
    const std::vector<Complaint>& complaints() const { return complaints_; }

    /// Whether a poll that goes a call at a time is not at its end.
    bool is_midway() const;

    StoryCounts story_counts() const; ///< of all accounts
    std::size_t tracked() const;      ///< posts and stories of all accounts
    std::size_t waiting() const;      ///< what is due and has not ended, of all accounts

    Condition condition() const; ///< of its own accounts

    /// What is known of an account without asking the store; nothing of one that is not known.
    struct Glance {
        bool is_ours = false;
        model::Instant paused_until;                 ///< no calls before; the epoch if not paused
        std::vector<model::KnownMedia> open_stories; ///< alive, with their lines of the ledger
    };
    Glance glance_at(model::AccountId account) const;

    /// Blocks of the platform that stand now, for others who share apps and accounts.
    std::vector<model::Block> blocks() const;
    /// What others were told: no call of an app or account that waits.
    void heed(const std::vector<model::Block>& blocks);

    /// The budget of an account, by its place in the configuration.
    budget::State budget_of(model::AccountId account);
    /// The budget of the app that logins of this kind go through.
    budget::AppState budget_of_app(config::Login login);

    /// The next instant at which something is due; nothing if no task is left.
    std::optional<model::Instant> next_due() const { return scheduler_.next_due(); }

private:
    struct Running;

    /// Whose an account is.
    enum class Standing {
        ours,
        leaving, ///< not ours, but something is under way still
        others,
    };

    /// What one turn of an account came to.
    struct Outcome {
        model::Batch rows;
        std::vector<Task> done;
        std::vector<Task> undone;
        std::vector<Task> doubtful;  ///< done, but worth asking again soon
        std::vector<Task> forbidden; ///< refused for lack of a permission, be it theirs or all's
        std::optional<graph::Failure> failure; ///< the newest
        std::uint64_t token_version = 0;       ///< of the token that the calls were made with
        std::size_t being_read = 0;            ///< posts at this moment
        bool stopped = false;                  ///< the rest of the turn would fail as well
    };

    /// What became of rows that were to be stored.
    struct Kept {
        enum class State { stored, refused, given_up };
        State state{};
        std::string reason; ///< why they were refused
    };

    // engine.cpp: who is served when
    void dispatch(model::Instant now);
    void enqueue(Account& account, const Task& task);
    void serve_ready();
    void begin_backfills(const std::vector<Task>& tasks, model::Instant now);
    void served(Account& account, std::exception_ptr error);
    bool waits(Account& account, const Task& task, model::Instant now);
    void begin_token_look(Account& account, model::Instant now);
    void token_look_ended(Account& account, std::exception_ptr error);
    void note_breakdown(const Account& account, const std::exception_ptr& error);
    void wake_if_idle();
    void postpone(Account& account, const std::vector<Task>& tasks, model::Instant until);
    void hold_up(
        Account& account, const std::vector<Task>& tasks, std::string_view trouble,
        model::Instant until);
    std::string_view pause_trouble(const Account& account) const;
    model::Instant paused_until(const Account& account) const;
    boost::asio::awaitable<void> idle();
    boost::asio::awaitable<void> drain();

    // owning.cpp: whose the accounts are
    std::optional<std::uint32_t> index_of(model::AccountId account) const;
    bool is_ours(const Account& account) const;
    Account* own_account(model::AccountId account) const;
    bool may_do(Job job) const;
    void withhold(const Task& task, model::Instant due);
    void end_withholding();
    void drop_work(Account& account);
    void end_leaving(Account& account);
    void forget_if_at_rest(Account& account);
    void set_aside(Account& account, const std::vector<Task>& tasks);

    // reconfiguring.cpp: other accounts than at the start
    std::uint32_t vacant_place();
    void seat(std::uint32_t index, const config::Account& settings, Standing standing);
    void vacate(Account& account);
    void reseat(Account& account);
    bool is_to_change(const Account& account) const;
    void change_if_at_rest(Account& account);
    std::optional<std::int64_t> fence_of(const Account& account) const;

    // work.cpp: an account's turns
    boost::asio::awaitable<void> serve(Account& account);
    boost::asio::awaitable<void>
    perform(Account& account, graph::Client& api, std::vector<Task> turn);
    boost::asio::awaitable<void>
    read_node(Account& account, graph::Client& api, Task task, Outcome& outcome);

    // asking.cpp: which collector a job asks
    boost::asio::awaitable<collectors::Collected>
    ask(Account& account, graph::Client& api, Job job, model::Instant now);
    boost::asio::awaitable<collectors::Collected>
    ask_conversations(Account& account, graph::Client& api, model::Instant now);
    boost::asio::awaitable<collectors::Collected>
    ask_competitor(Account& account, graph::Client& api, model::Instant now);
    boost::asio::awaitable<collectors::Collected>
    ask_public_edge(Account& account, graph::Client& api, Job job, model::Instant now);
    boost::asio::awaitable<graph::Outcome<std::shared_ptr<const model::Pseudonyms>>>
    names_of_people();

    // reading_media.cpp: posts and stories, side by side
    boost::asio::awaitable<void>
    read_media(Account& account, graph::Client& api, std::vector<Task> tasks, Outcome& outcome);
    boost::asio::awaitable<void> read_some(
        Account& account, graph::Client& api, std::vector<Task>& tasks, Outcome& outcome,
        graph::Gathering::Seat seat);
    boost::asio::awaitable<void>
    ask_witness(Account& account, graph::Client& api, Outcome& outcome);
    void settle_forbidden(Account& account, Outcome& outcome);

    // concluding.cpp: what becomes of a turn
    boost::asio::awaitable<void>
    conclude(Account& account, Job job, model::CollectorRun run, Outcome outcome);
    boost::asio::awaitable<void> report_without_client(Account& account, graph::Failure failure);
    void learn(Account& account, const model::Batch& rows, model::Instant now);
    void ask_doubtful_soon(Account& account, Outcome& outcome, model::Instant now);
    static void note_gap(
        Account& account, Job job, const model::CollectorRun& run, bool is_whole,
        model::Batch& rows);
    std::vector<model::StoryEntry> judged_stories(
        const Account& account, const model::Batch& rows, const std::vector<Task>& undone,
        const std::optional<graph::Failure>& failure) const;

    // keeping.cpp: rows, and a store that is away
    boost::asio::awaitable<Kept> keep(model::SharedBatch rows);
    boost::asio::awaitable<Kept> keep_what_is_taken(Account& account, model::SharedBatch& rows);
    boost::asio::awaitable<void> keep_aside(model::SharedBatch refused, std::string why);
    boost::asio::awaitable<bool> with_store(std::function<boost::asio::awaitable<void>()> work);
    boost::asio::awaitable<void> wait_for_store(std::int64_t failures);
    void note_store(const std::exception_ptr& away);
    boost::asio::awaitable<void> cache_stories(const Account& account, Job job);

    // tokens.cpp: whose they are, and what becomes of them
    boost::asio::awaitable<graph::Outcome<std::unique_ptr<graph::Client>>>
    client_of(const Account& account);
    boost::asio::awaitable<void> tell_tokens(
        Account& account, std::uint64_t version, const std::optional<graph::Failure>& failure);
    boost::asio::awaitable<void> look_after_token(Account& account);

    // budgeting.cpp: within the platform's limits
    budget::Verdict verdict_on(const Account& account, const Task& task, model::Instant now);
    std::vector<Task> next_turn(Account& account, std::size_t most);
    bool may_begin(Account& account, const std::vector<Task>& turn);
    model::Instant hold_back(Account& account, const std::vector<Task>& tasks);
    bool may_read(const Account& account, const Task& task, Outcome& outcome);
    bool may_read_beside(const Account& account, const Task& task, std::size_t others);
    std::size_t posts_of_the_past(const Account& account, const graph::Client& api);
    void tell_of_estimate(Account& account);
    void complain_of_budget(const Account& account, Job job);
    model::Instant not_before(const Account& account, const Task& task);
    void expect_calls(const Account& account);
    void expect_calls_of_stories(const Account& account);

    // outcome.cpp: what an ended task means for the next ones
    void note_version(const graph::Client& api);
    void plan(Account& account, const std::vector<Task>& done);
    void recovered(Account& account, Job job);
    std::chrono::microseconds wait_from(
        model::Instant now, const Account& account, const graph::Failure& failure,
        std::int64_t in_row) const;
    /// Returns when the tasks are tried again.
    model::Instant failed(
        Account& account, Job job, const std::vector<Task>& tasks, const graph::Failure& failure);
    void note_refusal(Account& account, model::CollectorRun& run, const std::string& reason);
    void pause(Account& account, Scope scope, const graph::Failure& failure, model::Instant until);

    Services services_;
    StorePatience patience_;
    std::vector<std::unique_ptr<Account>> accounts_;
    std::vector<Standing> standings_; ///< of the accounts, in their order
    Scheduler scheduler_;
    collectors::MetricMatrix matrix_;
    collectors::CompetitorsTold told_; ///< to whichever account asked
    Progress progress_;
    std::vector<Complaint> complaints_;
    budget::Governor governor_;
    std::deque<TurnPermit> permits_;        ///< by account; clients know where they lie
    graph::Memory memory_;                  ///< of all clients
    std::optional<model::Instant> pass_at_; ///< the instant of the pass under way
    std::function<bool(Job)> wanted_;       ///< empty: every job
    std::unique_ptr<Running> running_;
};

} // namespace insightd::daemon
