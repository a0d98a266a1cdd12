#include "tests/soak/stage.hpp"

#include "collectors/catalog.hpp"
#include "config/loader.hpp"
#include "daemon/clock.hpp"
#include "daemon/store.hpp"
#include "daemon/token_plan.hpp"
#include "daemon/vault_keys.hpp"
#include "storage/vault/seal.hpp"
#include "tests/support/run.hpp"

#include <date/date.h>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace insightd::soak
{
namespace
{

using namespace std::chrono_literals;
using sandbox::Instant;

/// A month ends within the soak, and the clocks change in the US.
const Instant begin = date::sys_days{date::year{2026} / 2 / 20};

/// Which is what a business posts.
constexpr std::chrono::hours post_every{48};
constexpr std::chrono::hours story_every{36}; ///< on average

/// What is documented of an app and of an account. Source: graph-api.md section 8.
constexpr std::int64_t app_calls_an_hour_and_account = 200;
constexpr std::int64_t calls_a_day = 4'800;

/// Days back that the platform serves: all that an account remembers is known soon.
constexpr int days_served = 70;

/// Some 120 calls a day and account. With the intervals that are preset it would be 2,000, and the
/// month would take hours of two cores.
constexpr auto pace = R"(
http: {listen: "127.0.0.1:0"}
defaults:
  backfill: {calls_per_hour: 30}
  schedule:
    profile: 12h
    media_list: 2h
    stories: 2h
    story_last_reading: 2h
    account_insights: 1d
    demographics: 7d
    freshness: 1d
    media_insights:
      - {until: 48h, every: 4h}
      - {until: 7d, every: 1d}
      - {until: 60d, every: 4d}
      - {until: 730d, every: 15d}
)";

sandbox::World::Options options_of(const Wish& wish)
{
    sandbox::World::Options options;
    options.seed = wish.seed;
    options.start = begin;
    options.post_every = post_every;
    const std::chrono::hours before{48}; // those that are open at the begin
    const auto within = before + std::chrono::hours{static_cast<int>(wish.days * 24) + 24};
    options.stories_at_random = {begin - before, within, within / story_every};
    options.days_of_history = static_cast<int>(wish.posts * post_every / std::chrono::days{1});
    return options;
}

sandbox::Faults faults_of(const Wish& wish)
{
    sandbox::Faults faults;
    faults.days.series = faults.days.totals = days_served;
    faults.limits.account_calls_a_day = calls_a_day;
    faults.limits.app_calls_an_hour =
        app_calls_an_hour_and_account * static_cast<std::int64_t>(wish.accounts);
    return faults;
}

/// The oldest goes when a new one comes, until the end.
void keep_so_many_posts(sandbox::World& world, const Wish& wish)
{
    const auto end = begin + std::chrono::hours{static_cast<int>(wish.days * 24) + 24};
    for (std::size_t account = 0; account < world.accounts().size(); ++account)
        for (const auto& post : world.posts(account, end))
            if (const auto gone = post.published_at + wish.posts * post_every; gone < end)
                world.remove(post.id, gone);
}

sandbox::World world_of(const Wish& wish)
{
    sandbox::World world{options_of(wish), sandbox::many_accounts(wish.accounts)};
    keep_so_many_posts(world, wish);
    return world;
}

std::string text_of(Instant instant)
{
    return date::format("%FT%TZ", instant);
}

Instant instant_of(std::int64_t microseconds)
{
    return Instant{std::chrono::microseconds{microseconds}};
}

std::filesystem::path write_secret(const std::filesystem::path& file, const std::string& secret)
{
    std::ofstream{file} << secret << "\n";
    std::filesystem::permissions(
        file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return file;
}

std::string account_text(const sandbox::AccountSpec& account)
{
    return fmt::format(
        "  - {{name: {}, login: {}, user_id: \"{}\", token: {{vault: true}}, timezone: {}}}\n",
        account.username, account.host == sandbox::Host::instagram ? "instagram" : "facebook",
        account.user_id, account.timezone);
}

config::Config checked(const std::filesystem::path& file)
{
    auto loaded = config::load(file, catalog::vocabulary());
    if (const auto* mistakes = std::get_if<config::Mistakes>(&loaded))
        throw std::runtime_error{mistakes->text()};
    return std::get<config::Config>(std::move(loaded));
}

model::TokenFacts facts_of(const sandbox::AccountSpec& account, const sandbox::Token& token)
{
    model::TokenFacts facts;
    facts.account_id = account.user_id;
    facts.kind = account.host == sandbox::Host::instagram ? model::TokenKind::instagram_user
                                                          : model::TokenKind::facebook_user;
    facts.issued_at = token.issued_at;
    facts.expires_at = token.expires_at;
    facts.next_refresh_at = daemon::first_renewal(facts);
    return facts;
}

bool is_renewal(const std::string& path)
{
    return path.ends_with("/refresh_access_token") || path.ends_with("/oauth/access_token");
}

} // namespace

Stage::Stage(const Wish& wish)
    : wish_{wish}, clock_{folder_.path() / "clock"}, anchor_{clock_.now()},
      database_{testing::fresh_database()}, faults_{faults_of(wish)}, world_{world_of(wish)},
      api_{world_, faults_}, server_{loop_.get_executor(), api_, [this] { return now(); }}
{
    clock_.set_rate(0);
    anchor_ = clock_.now();
    api_.watch([this](const auto& request, const auto&, auto) {
        ++calls_;
        renewals_ += is_renewal(request.path) ? 1 : 0;
    });
    configure();
    hand_out_tokens();
    platform_ = std::thread{[this] { loop_.run(); }};
}

Stage::~Stage()
{
    if (daemon_runs()) {
        kill(daemon_, SIGKILL);
        waitpid(daemon_, nullptr, 0);
    }
    loop_.stop();
    platform_.join();
}

Instant Stage::now() const
{
    return begin + std::chrono::microseconds{clock_.now() - anchor_} * wish_.speed;
}

double Stage::hours() const
{
    return std::chrono::duration<double, std::ratio<3'600>>(now() - begin).count();
}

void Stage::configure()
{
    const auto& apps = api_.apps();
    std::ofstream yaml{folder_.path() / "insightd.yaml"};
    yaml << fmt::format(
        "database: \"{}\"\nstate_dir: {}\n"
        "clock: {{anchor: \"{}\", start: \"{}\", speed: {}}}\n"
        "api:\n  graph_url: {{instagram: \"{}\", facebook: \"{}\"}}\n  login_url: \"{}\"\n"
        "  app: {{id: \"{}\", secret: {{file: {}}}}}\n"
        "  instagram_app: {{id: \"{}\", secret: {{file: {}}}}}\n{}accounts:\n",
        database_, (folder_.path() / "state").string(), text_of(instant_of(anchor_)),
        text_of(begin), wish_.speed, server_.instagram_url(), server_.facebook_url(),
        server_.instagram_url(), apps.facebook.id,
        write_secret(folder_.path() / "facebook.secret", apps.facebook.secret).string(),
        apps.instagram.id,
        write_secret(folder_.path() / "instagram.secret", apps.instagram.secret).string(), pace);
    for (const auto& account : world_.accounts())
        yaml << account_text(account);
}

/// As logins leave them, the oldest first, spread so that some are renewed on every day.
void Stage::hand_out_tokens()
{
    const auto config = checked(folder_.path() / "insightd.yaml");
    const auto clock = daemon::make_clock({});
    boost::asio::io_context loop{1};
    daemon::Store store{loop.get_executor(), config, *clock, database_};
    testing::run(loop, store.prepare(storage::Database::OldSchema::migrate));
    const auto keys = daemon::keys_to_seal(config);
    constexpr std::chrono::hours oldest{24 * 24};
    const auto step = oldest / static_cast<int>(wish_.accounts);
    for (std::size_t index = 0; index < wish_.accounts; ++index) {
        const auto& account = world_.accounts()[index];
        const auto& token = api_.tokens().issue(
            index, sandbox::TokenKind::long_lived, sandbox::known_scopes(account.host),
            begin - oldest + static_cast<int>(index) * step);
        auto sealed = vault::seal(keys, config::Secret{token.text}, facts_of(account, token));
        testing::run(loop, store.database.put_token(std::move(sealed)));
    }
}

void Stage::start_daemon()
{
    clock_.set_rate(1);
    daemon_ = fork();
    if (daemon_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); // it shall not outlive a soak that is broken off
        const int log = open(this->log().c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        dup2(log, STDERR_FILENO);
        close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
        setenv("LD_PRELOAD", INSIGHTD_SOAK_CLOCK, 1);
        setenv(clock_variable, clock_.file().c_str(), 1);
        const auto config = (folder_.path() / "insightd.yaml").string();
        execl(
            INSIGHTD_PROGRAM, INSIGHTD_PROGRAM, "run", "--config", config.c_str(),
            static_cast<char*>(nullptr));
        _exit(127);
    }
    wait_for_pages();
}

void Stage::wait_for_pages()
{
    const std::string words = "pages address=127.0.0.1 port=";
    for (int look = 0; look < 6'000 && daemon_runs(); ++look) {
        std::ifstream in{log()};
        for (std::string line; std::getline(in, line);)
            if (const auto at = line.find(words); at != std::string::npos) {
                port_ = static_cast<std::uint16_t>(std::stoi(line.substr(at + words.size())));
                return;
            }
        std::this_thread::sleep_for(10ms);
    }
    throw std::runtime_error{"the program shows no pages: " + log().string()};
}

bool Stage::daemon_runs()
{
    if (daemon_ > 0 && waitpid(daemon_, nullptr, WNOHANG) == daemon_)
        daemon_ = -1;
    return daemon_ > 0;
}

std::optional<int> Stage::stop_daemon()
{
    kill(daemon_, SIGTERM);
    for (int look = 0; look < 1'000; ++look) {
        int status = 0;
        if (waitpid(daemon_, &status, WNOHANG) == daemon_) {
            daemon_ = -1;
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        std::this_thread::sleep_for(10ms);
    }
    return std::nullopt;
}

void Stage::allow_database(bool allowed) const
{
    testing::allow_connections(database_, allowed);
}

} // namespace insightd::soak
