#include "tests/daemon/process.hpp"
#include "tests/sandbox/server.hpp"
#include "tests/sandbox/setup.hpp"
#include "tests/support/private_postgres.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <date/date.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <thread>

// Replicas as real processes against the sandbox, killed, stopped and restarted at random. The
// sandbox notes who called for which account and when; the database, by triggers, who owned it.
namespace insightd::torture
{
namespace
{

using insightd::testing::query;
using insightd::testing::query1;
using std::chrono::seconds;
using Real = std::chrono::sys_time<std::chrono::microseconds>;

struct Wish {
    std::size_t accounts = 300;
    std::size_t replicas = 3;
    int duration = 1'800;
    int pause = 60; ///< seconds that a stopped replica stands still
    int calm = 40;  ///< seconds at the end without trouble
    int speed = 60; ///< virtual seconds per real one
    unsigned seed = 1;
};

/// A call that began before its account was taken may arrive after it.
constexpr std::chrono::milliseconds on_its_way{1'000};

constexpr seconds longest_takeover{30};

Real real_now()
{
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string text_of(Real instant)
{
    return date::format("%FT%TZ", instant);
}

struct Call {
    Real at;
    std::size_t replica;
    std::int64_t account;
    std::string path;
};

/// The numbers of posts as they were answered last, by media.
using Answers = std::map<std::int64_t, std::int64_t>;

std::optional<std::int64_t> views_in(const std::string& body)
{
    const auto answer = boost::json::parse(body);
    const auto* data = answer.as_object().if_contains("data");
    if (data == nullptr || !data->is_array())
        return std::nullopt;
    for (const auto& metric : data->as_array()) {
        const auto& fields = metric.as_object();
        if (fields.at("name") != "views" || !fields.contains("values"))
            continue;
        return fields.at("values").as_array().front().at("value").to_number<std::int64_t>();
    }
    return std::nullopt;
}

/// The sandbox, on a thread of its own, with a pair of ports for each replica.
class Platform
{
public:
    Platform(const Wish& wish, Real anchor, Real start)
        : world_{options(wish, start), sandbox::many_accounts(wish.accounts)}, api_{world_, faults_}
    {
        for (const auto& account : world_.accounts())
            by_token_[account.token] = account.user_id;
        api_.watch([this](const auto& request, const auto& response, auto) {
            note(request, response.body);
        });
        const auto now = [anchor, start, speed = wish.speed] {
            return start + (real_now() - anchor) * speed;
        };
        for (std::size_t replica = 0; replica <= wish.replicas; ++replica) {
            servers_.push_back(std::make_unique<sandbox::Server>(loop_.get_executor(), api_, now));
            by_port_[port_in(servers_.back()->instagram_url())] = replica;
            by_port_[port_in(servers_.back()->facebook_url())] = replica;
        }
        thread_ = std::thread{[this] { loop_.run(); }};
    }

    ~Platform() { close(); }

    /// From now on nothing is answered, and what was noted may be read.
    void close()
    {
        loop_.stop();
        if (thread_.joinable())
            thread_.join();
    }

    const sandbox::Server& server(std::size_t replica) const { return *servers_.at(replica); }
    const std::vector<sandbox::AccountSpec>& accounts() const { return world_.accounts(); }
    const std::vector<Call>& calls() const { return calls_; }
    const Answers& answers() const { return answers_; }

private:
    static sandbox::World::Options options(const Wish& wish, Real start)
    {
        sandbox::World::Options options;
        options.seed = wish.seed;
        options.start = start;
        options.days_of_history = 3;
        return options;
    }

    static std::uint16_t port_in(const std::string& url)
    {
        return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    }

    void note(const sandbox::Request& request, const std::string& body)
    {
        const auto account = by_token_.find(request.token());
        if (account == by_token_.end())
            return;
        calls_.push_back({real_now(), by_port_.at(request.port), account->second, request.path});
        const auto parts = sandbox::path_of(request).parts;
        if (parts.size() != 2 || parts[1] != "insights" || request.params.empty())
            return;
        const auto id = std::stoll(parts[0]);
        if (const auto views = id != account->second ? views_in(body) : std::nullopt)
            answers_[id] = *views;
    }

    sandbox::Faults faults_;
    sandbox::World world_;
    sandbox::Api api_;
    boost::asio::io_context loop_{1};
    std::vector<std::unique_ptr<sandbox::Server>> servers_;
    std::map<std::string, std::int64_t> by_token_;
    std::map<std::uint16_t, std::size_t> by_port_;
    std::vector<Call> calls_;
    Answers answers_;
    std::thread thread_;
};

/// Who owned what and when is kept by the database itself. Each in a transaction of its own: no
/// heartbeat locks both tables in their order.
constexpr std::array triggers{
    R"(
CREATE TABLE seen_lease(at timestamptz, account_id bigint, pid bigint);
CREATE FUNCTION see_lease() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO seen_lease SELECT clock_timestamp(), NEW.account_id,
        (SELECT pid FROM store.instance WHERE instance_id = NEW.instance_id);
    RETURN NEW; END $$;
CREATE TRIGGER see AFTER UPDATE ON store.lease FOR EACH ROW EXECUTE FUNCTION see_lease())",
    R"(
CREATE FUNCTION see_death() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO seen_lease SELECT clock_timestamp(), account_id, NULL FROM store.lease
    WHERE instance_id = OLD.instance_id;
    RETURN OLD; END $$;
CREATE TRIGGER see AFTER DELETE ON store.instance FOR EACH ROW EXECUTE FUNCTION see_death())"};

struct Span {
    Real from;
    std::int64_t pid; ///< 0: nobody
};

/// One replica: its folder, its process if it runs, and what was done to it.
class Replica
{
public:
    Replica(std::size_t index, std::filesystem::path folder)
        : index_{index}, folder_{std::move(folder)}
    {
    }

    /// Output goes to a file: nobody reads it meanwhile.
    void start()
    {
        pid_ = fork();
        if (pid_ == 0) {
            const auto log = (folder_ / "log").string();
            if (std::freopen(log.c_str(), "a", stderr) == nullptr)
                _exit(126);
            const auto config = (folder_ / "insightd.yaml").string();
            execl(
                INSIGHTD_PROGRAM, INSIGHTD_PROGRAM, "run", "--config", config.c_str(),
                static_cast<char*>(nullptr));
            _exit(127);
        }
        index_of_pid[pid_] = index_;
    }
    void send(int signal) const { kill(pid_, signal); }
    /// Its exit code.
    int wait()
    {
        int status = 0;
        waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    pid_t id() const { return pid_; }
    bool runs() const { return pid_ > 0; }

    inline static std::map<std::int64_t, std::size_t> index_of_pid;
    bool is_stopped = false;
    Real back_at{}; ///< when it goes on or starts again

private:
    std::size_t index_;
    std::filesystem::path folder_;
    pid_t pid_ = -1;
};

struct Trouble {
    Real at;
    std::int64_t pid;
    const char* what;
};

class Torture
{
public:
    explicit Torture(const Wish& wish)
        : wish_{wish}, dice_{wish.seed}, anchor_{real_now()}, start_{Real{date::sys_days{
                                                                  date::year{2026} / 3 / 1}}},
          platform_{wish, anchor_, start_}, database_{insightd::testing::fresh_database()}
    {
        for (std::size_t index = 0; index <= wish_.replicas; ++index)
            configure(index);
    }

    int run()
    {
        for (std::size_t index = 0; index < wish_.replicas; ++index)
            replicas_.emplace_back(index, folder(index));
        replicas_.front().start();
        wait_for_schema();
        for (const auto* trigger : triggers)
            query(database_, trigger);
        for (auto& replica : replicas_)
            if (!replica.runs())
                replica.start();
        std::this_thread::sleep_for(seconds{12});
        const auto end = anchor_ + seconds{wish_.duration - wish_.calm};
        while (real_now() < end)
            step();
        calm_down();
        leave();
        read_all_once();
        platform_.close();
        return report();
    }

private:
    std::filesystem::path folder(std::size_t index) const
    {
        return scratch_.path() / std::to_string(index);
    }

    void configure(std::size_t index) const
    {
        std::filesystem::create_directories(folder(index));
        sandbox::Setup setup;
        setup.instagram_url = platform_.server(index).instagram_url();
        setup.facebook_url = platform_.server(index).facebook_url();
        setup.database = '"' + database_ + '"';
        setup.state_dir = folder(index) / "state";
        setup.anchor = text_of(anchor_);
        setup.start = text_of(start_);
        setup.speed = wish_.speed;
        sandbox::write_config(folder(index) / "insightd.yaml", setup, platform_.accounts());
    }

    void wait_for_schema() const
    {
        while (query1(database_, "SELECT to_regclass('store.lease') IS NULL") == "t")
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }

    int roll(int least, int most) { return std::uniform_int_distribution{least, most}(dice_); }

    /// One more thing happens, unless nobody would be left.
    void step()
    {
        bring_back(false);
        const auto well = std::ranges::count_if(
            replicas_, [](const auto& one) { return one.runs() && !one.is_stopped; });
        auto& victim =
            replicas_.at(static_cast<std::size_t>(roll(0, static_cast<int>(replicas_.size()) - 1)));
        if (well > 1 && victim.runs() && !victim.is_stopped)
            hurt(victim);
        std::this_thread::sleep_for(seconds{roll(3, 12)});
    }

    void hurt(Replica& victim)
    {
        const auto kind = roll(0, 2);
        const auto* what = kind == 0 ? "kill -9" : kind == 1 ? "SIGSTOP" : "SIGTERM";
        troubles_.push_back({real_now(), victim.id(), what});
        if (kind == 1) {
            victim.send(SIGSTOP);
            victim.is_stopped = true;
            victim.back_at = real_now() + seconds{wish_.pause};
            return;
        }
        victim.send(kind == 0 ? SIGKILL : SIGTERM);
        const auto code = victim.wait();
        if (kind == 2 && code != 0)
            wrong_.push_back(fmt::format("SIGTERM ended with {}", code));
        victim.back_at = real_now() + seconds{roll(0, 1) == 0 ? 1 : 25};
    }

    void bring_back(bool at_once)
    {
        for (auto& replica : replicas_) {
            if (!at_once && replica.back_at > real_now())
                continue;
            if (replica.is_stopped)
                replica.send(SIGCONT);
            replica.is_stopped = false;
            if (!replica.runs())
                replica.start();
        }
    }

    void calm_down()
    {
        bring_back(true);
        std::this_thread::sleep_for(seconds{wish_.calm});
        for (const auto& row :
             query(database_, "SELECT host, pid, accounts_owned FROM insights.instance_status"))
            fmt::print("at the end {}:{} owns {}\n", *row[0], *row[1], *row[2]);
        const auto orphans = query1(
            database_, "SELECT count(*) FROM insights.account_owner WHERE instance_id IS NULL");
        if (orphans != "0")
            wrong_.push_back(*orphans + " accounts are nobody's");
        const auto spread = query1(
            database_,
            "SELECT max(accounts_owned) - min(accounts_owned) FROM insights.instance_status");
        if (std::stoi(spread.value_or("99")) > 1)
            wrong_.push_back("shares differ by " + spread.value_or("?"));
    }

    void leave()
    {
        for (auto& replica : replicas_)
            replica.send(SIGTERM);
        for (auto& replica : replicas_)
            if (const auto code = replica.wait(); code != 0)
                wrong_.push_back(fmt::format("a replica ended with {}", code));
    }

    /// So that every post's newest number is one that was answered just now.
    void read_all_once()
    {
        insightd::testing::Process collect{
            {INSIGHTD_PROGRAM, "collect", "--config", folder(wish_.replicas) / "insightd.yaml"}};
        const auto text = collect.finish();
        if (collect.exit_code != 0)
            wrong_.push_back("collect: " + text);
    }

    std::map<std::int64_t, std::vector<Span>> owners() const
    {
        std::map<std::int64_t, std::vector<Span>> all;
        for (const auto& row : query(
                 database_, "SELECT (extract(epoch FROM at) * 1000000)::bigint, account_id, "
                            "coalesce(pid, 0) FROM seen_lease ORDER BY at"))
            all[std::stoll(*row[1])].push_back(
                {Real{std::chrono::microseconds{std::stoll(*row[0])}}, std::stoll(*row[2])});
        return all;
    }

    static bool is_of(std::int64_t pid, std::size_t replica)
    {
        const auto found = Replica::index_of_pid.find(pid);
        return found != Replica::index_of_pid.end() && found->second == replica;
    }

    /// Whether the caller owned the account when the call arrived, or a moment before.
    static bool was_owner(const Call& call, const std::vector<Span>& spans)
    {
        for (std::size_t index = spans.size(); index-- > 0;) {
            if (spans[index].from > call.at)
                continue;
            if (is_of(spans[index].pid, call.replica))
                return true;
            if (spans[index].from + on_its_way < call.at)
                return false;
        }
        return true; // before the triggers were there
    }

    void check_callers(const std::map<std::int64_t, std::vector<Span>>& spans)
    {
        std::size_t strangers = 0;
        for (const auto& call : platform_.calls()) {
            if (call.replica == wish_.replicas) // the pass at the end
                continue;
            const auto known = spans.find(call.account);
            if (known == spans.end() || was_owner(call, known->second))
                continue;
            if (++strangers <= 5)
                wrong_.push_back(fmt::format(
                    "replica {} called {} for {} at {}, which was not its own", call.replica,
                    call.path, call.account, text_of(call.at)));
        }
        fmt::print("{} calls, {} by another than the owner\n", platform_.calls().size(), strangers);
    }

    /// How long the accounts of one that went had nobody.
    void check_takeovers(const std::map<std::int64_t, std::vector<Span>>& spans)
    {
        for (const auto& trouble : troubles_) {
            std::vector<double> waits;
            for (const auto& [account, all] : spans)
                if (const auto wait = takeover_of(all, trouble))
                    waits.push_back(*wait);
            if (waits.empty())
                continue;
            std::ranges::sort(waits);
            fmt::print(
                "{:<8} at {}: {} accounts taken over after {:.1f} to {:.1f} s\n", trouble.what,
                text_of(trouble.at), waits.size(), waits.front(), waits.back());
            if (waits.back() > std::chrono::duration<double>{longest_takeover}.count())
                wrong_.push_back(fmt::format("a takeover took {:.1f} s", waits.back()));
        }
    }

    static std::optional<double> takeover_of(const std::vector<Span>& spans, const Trouble& trouble)
    {
        const auto after =
            std::ranges::find_if(spans, [&](const Span& span) { return span.from > trouble.at; });
        if (after == spans.begin() || std::prev(after)->pid != trouble.pid)
            return std::nullopt;
        const auto taken =
            std::find_if(after, spans.end(), [&](const Span& span) { return span.pid != 0; });
        if (taken == spans.end())
            return std::nullopt;
        return std::chrono::duration<double>{taken->from - trouble.at}.count();
    }

    void check_numbers()
    {
        std::size_t compared = 0;
        for (const auto& row : query(
                 database_, "SELECT media_id, views FROM insights.media_latest "
                            "WHERE views IS NOT NULL")) {
            const auto answered = platform_.answers().find(std::stoll(*row[0]));
            ++compared;
            if (answered == platform_.answers().end() || answered->second != std::stoll(*row[1]))
                wrong_.push_back(fmt::format("post {} has {} views stored", *row[0], *row[1]));
        }
        fmt::print("{} posts compared with what was answered last\n", compared);
        if (compared < wish_.accounts)
            wrong_.push_back("too few posts to compare");
    }

    void say_logs() const
    {
        std::size_t fenced = 0;
        for (std::size_t index = 0; index < wish_.replicas; ++index) {
            std::ifstream in{folder(index) / "log"};
            for (std::string line; std::getline(in, line);) {
                fenced += line.find("state_left_to_owner") != std::string::npos;
                if (line.starts_with("<3>"))
                    fmt::print("replica {}: {}\n", index, line);
            }
        }
        fmt::print("{} times state was left to the owner\n", fenced);
    }

    int report()
    {
        const auto spans = owners();
        check_callers(spans);
        check_takeovers(spans);
        check_numbers();
        say_logs();
        for (const auto& line : wrong_)
            fmt::print("WRONG {}\n", line);
        fmt::print("{}\n", wrong_.empty() ? "all is well" : "not well");
        return wrong_.empty() ? 0 : 1;
    }

    Wish wish_;
    std::mt19937 dice_;
    Real anchor_, start_;
    insightd::testing::ScratchFolder scratch_;
    Platform platform_;
    std::string database_;
    std::vector<Replica> replicas_;
    std::vector<Trouble> troubles_;
    std::vector<std::string> wrong_;
};

} // namespace
} // namespace insightd::torture

int main(int argc, char** argv)
{
    CLI::App app{"Replicas, killed, stopped and restarted at random"};
    insightd::torture::Wish wish;
    app.add_option("--accounts", wish.accounts, "in everybody's configuration");
    app.add_option("--replicas", wish.replicas, "processes");
    app.add_option("--for", wish.duration, "real seconds");
    app.add_option("--pause", wish.pause, "seconds that a stopped one stands still");
    app.add_option("--calm", wish.calm, "seconds without trouble at the end");
    app.add_option("--speed", wish.speed, "virtual seconds per real one");
    app.add_option("--seed", wish.seed, "of the trouble and of the world");
    CLI11_PARSE(app, argc, argv);
    return insightd::torture::Torture{wish}.run();
}
