#include "tests/soak/soak.hpp"

#include "tests/soak/course.hpp"
#include "tests/soak/pace.hpp"
#include "tests/soak/seen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <regex>

namespace insightd::soak
{
namespace
{

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock;

constexpr auto between_looks = 500ms;

/// A page is asked for by somebody this often, in simulated hours.
constexpr double somebody_looks_every = 6;

/// Two simulated minutes a second, at the usual speed.
constexpr double while_recovering = 0.08;

/// So many tasks may wait without slowing time down: one of each account.
std::size_t usual_waiting(const Wish& wish)
{
    return std::max<std::size_t>(wish.accounts, 100);
}

double seconds_since(Time::time_point begin)
{
    return std::chrono::duration<double>(Time::now() - begin).count();
}

/// How late the collector is that is latest, of those that come round again and again.
std::string latest_collector(sandbox::Instant now)
{
    return fmt::format(
        "SELECT coalesce(max(extract(epoch FROM to_timestamp({}) - next_due_at)), 0)::bigint "
        "FROM store.collection WHERE collector IN ('profile', 'media', 'stories', "
        "'account_insights')",
        std::chrono::duration<double>(now.time_since_epoch()).count());
}

class Soak
{
public:
    Soak(const Wish& wish, double tolerance, const std::function<void(const std::string&)>& say)
        : wish_{wish}, say_{say}, stage_{wish}, outages_{outages_in(wish.days)}
    {
        terms_.hours = wish.days * 24;
        terms_.warm_up = warm_up_of(wish.days);
        terms_.tolerance = tolerance;
        terms_.usual_waiting = static_cast<double>(usual_waiting(wish));
    }

    Report run()
    {
        say_(fmt::format(
            "{:>4} {:>8} {:>8} {:>9} {:>9} {:>4} {:>4} {:>8} {:>10} {:>8} {:>8} {:>7} {:>8}", "day",
            "calls", "values", "RSS KiB", "own KiB", "fds", "thr", "spool", "spool KiB", "waiting",
            "late s", "DB MiB", "real s"));
        stage_.start_daemon();
        while (stage_.hours() < terms_.hours && look())
            std::this_thread::sleep_for(between_looks);
        end();
        return std::move(report_);
    }

private:
    /// False once the daemon is gone.
    bool look()
    {
        if (!stage_.daemon_runs()) {
            report_.complaints.emplace_back("the program ended by itself");
            return false;
        }
        arrange_database();
        const auto hours = stage_.hours();
        figures_ = figures_in(page(stage_.port(), "/metrics"));
        govern();
        if (hours >= next_sample_)
            take_sample(hours);
        if (hours >= next_visit_) {
            next_visit_ = hours + somebody_looks_every;
            page(stage_.port(), "/");
        }
        if (hours >= 24 * (day_ + 1))
            end_day();
        return true;
    }

    /// Until the daemon has looked again for a database that is back, and stored what waited, time
    /// nearly stands still: it looks every half minute at most, whatever its clock says.
    bool is_recovering() const
    {
        return !is_away_ && (figure("store_up") == 0 || figure("spool_rows") > 0);
    }

    void govern()
    {
        if (figures_.empty())
            return;
        if (is_recovering())
            return stage_.clock().set_rate(while_recovering);
        rate_ = next_rate(
            rate_, static_cast<std::size_t>(figure("tasks_waiting")), usual_waiting(wish_));
        stage_.clock().set_rate(rate_);
    }

    void arrange_database()
    {
        const auto hours = stage_.hours();
        const bool away = std::ranges::any_of(outages_, [&](const Outage& outage) {
            return outage.from <= hours && hours < outage.until;
        });
        if (away != is_away_)
            stage_.allow_database(!away);
        is_away_ = away;
    }

    double figure(const std::string& name) const
    {
        const auto found = figures_.find("insightd_" + name);
        return found == figures_.end() ? 0 : found->second;
    }

    void take_sample(double hours)
    {
        next_sample_ = std::floor(hours) + 1;
        Sample sample;
        sample.hours = hours;
        look_at_process(stage_.daemon(), sample);
        sample.waiting = static_cast<std::int64_t>(figure("tasks_waiting"));
        sample.spool_rows = static_cast<std::int64_t>(figure("spool_rows"));
        sample.spool_bytes = static_cast<std::int64_t>(figure("spool_bytes"));
        const auto before = report_.samples.empty() ? Sample{} : report_.samples.back();
        sample.overdue = is_away_ ? before.overdue : late();
        report_.samples.push_back(sample);
    }

    std::int64_t late() const
    {
        return std::stoll(
            testing::query1(stage_.database(), latest_collector(stage_.now())).value_or("0"));
    }

    std::vector<double> of_today(std::int64_t Sample::*field) const
    {
        std::vector<double> numbers;
        for (const auto& sample : report_.samples)
            if (sample.hours >= 24 * day_)
                numbers.push_back(static_cast<double>(sample.*field));
        return numbers;
    }

    double usual(std::int64_t Sample::*field) const { return median(of_today(field)); }
    double most(std::int64_t Sample::*field) const
    {
        const auto numbers = of_today(field);
        return numbers.empty() ? 0 : *std::ranges::max_element(numbers);
    }

    /// Memory, descriptors and what is late: the day's median. The spool and what waits: its most.
    void end_day()
    {
        const auto calls = stage_.calls();
        const auto values = static_cast<std::int64_t>(figure("values_stored_total"));
        say_(fmt::format(
            "{:>4} {:>8} {:>8} {:>9.0f} {:>9.0f} {:>4.0f} {:>4.0f} {:>8.0f} {:>10.0f} {:>8.0f} "
            "{:>8.0f} {:>7} {:>8.0f}",
            day_ + 1, calls - calls_before_, values - values_before_, usual(&Sample::resident),
            usual(&Sample::own), usual(&Sample::descriptors), usual(&Sample::threads),
            most(&Sample::spool_rows), most(&Sample::spool_bytes) / 1'024, most(&Sample::waiting),
            usual(&Sample::overdue), database_size(), seconds_since(began_)));
        calls_before_ = calls;
        values_before_ = values;
        ++day_;
    }

    std::string database_size() const
    {
        if (is_away_)
            return "away";
        return testing::query1(
                   stage_.database(), "SELECT pg_database_size(current_database()) / 1048576")
            .value_or("?");
    }

    void end()
    {
        if (stage_.hours() > 24 * day_ + 1)
            end_day();
        const auto stories = page(stage_.port(), "/metrics");
        report_.finals = closed(stories, "final");
        report_.missed = closed(stories, "missed");
        report_.values = static_cast<std::int64_t>(figure("values_stored_total"));
        report_.calls = stage_.calls();
        report_.renewals = stage_.renewals();
        if (stage_.daemon_runs() && stage_.stop_daemon() != 0)
            report_.complaints.emplace_back("SIGTERM did not end it well within 10 s");
        report_.minutes = seconds_since(began_) / 60;
        report_.findings = findings(report_.samples, terms_);
        read_log();
    }

    static std::int64_t closed(const std::string& metrics, const std::string& state)
    {
        const auto words = "insightd_stories_closed_total{state=\"" + state + "\"} ";
        const auto at = metrics.find(words);
        return at == std::string::npos ? 0 : std::stoll(metrics.substr(at + words.size()));
    }

    void read_log()
    {
        std::ifstream in{stage_.log()};
        for (std::string line; std::getline(in, line);)
            if (line.starts_with("<3>") || line.starts_with("<4>"))
                count(line);
    }

    /// Of what repeats within a minute the log says only how many more lines there would be.
    void count(const std::string& line)
    {
        static const std::regex repeats{"<.>repeats event=([^ ]+) suppressed=([0-9]+) .*"};
        std::smatch parts;
        if (std::regex_match(line, parts, repeats))
            report_.log[parts[1]] += std::stoi(parts[2]);
        else
            ++report_.log[line.substr(3, line.find(' ') - 3)];
    }

    Wish wish_;
    std::function<void(const std::string&)> say_;
    Stage stage_;
    std::vector<Outage> outages_;
    Terms terms_;
    Report report_;
    Time::time_point began_ = Time::now();
    std::map<std::string, double> figures_;
    double rate_ = 1;
    double next_sample_ = 0, next_visit_ = 0;
    int day_ = 0;
    bool is_away_ = false;
    std::int64_t calls_before_ = 0, values_before_ = 0;
};

} // namespace

Report soak(const Wish& wish, double tolerance, const std::function<void(const std::string&)>& say)
{
    return Soak{wish, tolerance, say}.run();
}

std::string words_of(const Report& report)
{
    auto text = fmt::format(
        "\n{} calls, {} values, {} tokens renewed, {} stories final and {} missed, in {:.0f} "
        "minutes\n",
        report.calls, report.values, report.renewals, report.finals, report.missed, report.minutes);
    for (const auto& [event, count] : report.log)
        text += fmt::format("{:>8} × {} in the log\n", count, event);
    text += fmt::format("\n{:<24}{:>12}{:>12}{:>9}\n", "median", "first third", "last third", "");
    for (const auto& finding : report.findings)
        text += fmt::format(
            "{:<24}{:>12.0f}{:>12.0f}{:>+8.1f}%{}\n", finding.measure, finding.first, finding.last,
            finding.first > 0 ? 100 * (finding.last / finding.first - 1) : 0,
            finding.is_flat() ? "" : fmt::format("  GROWS: {:.0f} is the most", finding.most));
    for (const auto& complaint : report.complaints)
        text += "WRONG " + complaint + "\n";
    return text + (report.is_well() ? "flat\n" : "not flat\n");
}

} // namespace insightd::soak
