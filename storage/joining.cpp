#include "storage/joining.hpp"

#include "storage/model/writer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/storage_ptr.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace insightd::storage
{
namespace
{

namespace json = boost::json;

/// A statement that may be moved, with its rows, past all the others of this list: none of them
/// reads or writes what another does, apart from columns in which the newest wins. Those of one
/// table keep their order, object by object.
struct Joinable {
    std::string_view statement;
    std::string_view table;
    std::string_view joined = {}; ///< takes a list of its rows; empty: each stays by itself
    /// Rows of one key say something of one object, and follow one another, each in a round of its
    /// own; without a key all go at once.
    std::array<std::string_view, 2> key = {};
    /// Rows say nothing of a time: one that repeats the one before of its object changes nothing.
    bool is_timeless = false;
};

/// In the order of steps_of(): later ones rest on earlier ones.
constexpr std::array joinables{
    Joinable{"account_profile", "account_state"},
    Joinable{"media_facts", "media", "media_facts", {"media_id"}},
    Joinable{"media_counts", "media_count", "media_counts", {"media_id"}},
    Joinable{"media_children", "media_child", "media_children", {"media_id", "child_id"}, true},
    Joinable{"media_samples", "media_sample", "media_samples", {"media_id"}},
    Joinable{"account_day", "account_day"},
    Joinable{"account_final_days_again", "account_day"},
    Joinable{"account_demographics", "demographic_snapshot"},
    Joinable{"account_online_followers", "online_followers"},
    Joinable{"story_answers", "story", "story_answers", {"media_id"}},
    Joinable{"story_ledger", "story", "story_ledger", {"media_id"}},
    Joinable{"account_run", "collection", "account_runs"},
};

/// To make a month's partition may take locks that others wait for: once, and before all the rest.
constexpr std::string_view months = "media_sample_months";

/// Statements about rows that all accounts share.
constexpr std::array<std::string_view, 2> about_all{"metric_lessons", "metric_offers"};

using Place = std::size_t; ///< in the list

std::optional<Place> place_of(const Step& step)
{
    const auto* found = std::ranges::find(joinables, step.statement, &Joinable::statement);
    if (found == joinables.end())
        return std::nullopt;
    return static_cast<Place>(found - joinables.begin());
}

/// The first of the list for the same table.
Place table_of(Place place)
{
    const auto* first = std::ranges::find(joinables, joinables.at(place).table, &Joinable::table);
    return static_cast<Place>(first - joinables.begin());
}

/// "17900000000000001,5"; empty: it stands for nothing that another row could be about.
std::string key_of(const json::value& row, const Joinable& joinable)
{
    std::string key;
    const auto* object = row.if_object();
    for (const auto column : joinable.key) {
        if (column.empty())
            continue;
        const auto* value = object != nullptr ? object->if_contains(column) : nullptr;
        key += (value != nullptr ? json::serialize(*value) : "") + ',';
    }
    return key;
}

json::value parsed(const Step& step, const json::storage_ptr& memory)
{
    boost::system::error_code broken;
    auto rows = json::parse(step.rows, broken, memory);
    if (broken)
        throw model::Refused{"rows for '" + step.statement + "' that are no JSON"};
    return rows;
}

/// What is to be done in one table.
class Work
{
public:
    explicit Work(json::storage_ptr memory) : memory_{std::move(memory)} {}

    void add(Step step, Place place)
    {
        const auto& joinable = joinables.at(place);
        if (joinable.joined.empty())
            return single_.push_back(std::move(step));
        auto rows = parsed(step, memory_);
        if (auto* list = rows.if_array())
            for (auto& row : *list)
                add_row(std::move(row), place);
        else
            add_row(std::move(rows), place);
    }

    /// Round by round: in each, no statement holds two rows of one key.
    void give(std::vector<Step>& steps)
    {
        std::ranges::move(single_, std::back_inserter(steps));
        for (const auto& round : rounds_)
            for (const auto& [place, rows] : round)
                steps.push_back({std::string{joinables.at(place).joined}, json::serialize(rows)});
    }

private:
    /// Of one object: how many rows it has, each in a round of its own, and where the last one is.
    struct Row {
        std::size_t rounds = 0, index = 0;
    };

    void add_row(json::value row, Place place)
    {
        const auto key = key_of(row, joinables.at(place));
        if (key.empty()) {
            rows_of(0, place).push_back(std::move(row));
            return;
        }
        auto& last = last_[{place, key}];
        if (joinables.at(place).is_timeless && last.rounds > 0 &&
            rows_of(last.rounds - 1, place)[last.index] == row)
            return;
        auto& rows = rows_of(last.rounds++, place);
        last.index = rows.size();
        rows.push_back(std::move(row));
    }

    json::array& rows_of(std::size_t round, Place place)
    {
        rounds_.resize(std::max(rounds_.size(), round + 1));
        return rounds_[round].try_emplace(place, memory_).first->second;
    }

    json::storage_ptr memory_;
    std::vector<Step> single_;
    std::map<std::pair<Place, std::string>, Row> last_;
    std::vector<std::map<Place, json::array>> rounds_;
};

class Joining
{
public:
    void add(std::vector<Step> batch)
    {
        const bool is_fenced = !batch.empty() && is_fence(batch.front());
        if (!is_fenced && is_fence(fence_))
            throw model::Refused{"rows without a fence behind one"};
        for (auto& step : batch)
            add(std::move(step));
    }

    std::vector<Step> take()
    {
        flush();
        if (!months_.empty()) {
            json::array all;
            for (const auto& month : months_)
                all.emplace_back(month);
            steps_.insert(steps_.begin(), {std::string{months}, json::serialize(all)});
        }
        return std::move(steps_);
    }

private:
    void add(Step step)
    {
        if (step.statement == months)
            add_months(step);
        else if (const auto place = place_of(step))
            work_.try_emplace(table_of(*place), memory_).first->second.add(std::move(step), *place);
        else if (!is_fence(step) || step != fence_)
            keep(std::move(step));
    }

    void add_months(const Step& step)
    {
        const auto all = parsed(step, memory_);
        if (!all.is_array() || !std::ranges::all_of(all.as_array(), &json::value::is_string))
            throw model::Refused{"months that are no list of days"};
        for (const auto& month : all.as_array())
            months_.emplace(month.as_string());
    }

    /// All before it happens before it.
    void keep(Step step)
    {
        flush();
        if (is_fence(step))
            fence_ = step;
        steps_.push_back(std::move(step));
    }

    void flush()
    {
        for (auto& [table, work] : work_)
            work.give(steps_);
        work_.clear();
    }

    /// Rows are only moved about: what they take is given back at the end, at once.
    json::storage_ptr memory_ = json::make_shared_resource<json::monotonic_resource>();
    std::vector<Step> steps_;
    std::set<std::string, std::less<>> months_; ///< "2026-03-01"
    Step fence_;                                ///< that holds for what comes now
    std::map<Place, Work> work_;
};

} // namespace

bool stands_alone(const std::vector<Step>& batch)
{
    return std::ranges::any_of(batch, [](const Step& step) {
        return std::ranges::find(about_all, step.statement) != about_all.end();
    });
}

std::vector<Step> joined(std::vector<std::vector<Step>> batches)
{
    Joining joining;
    for (auto& batch : batches)
        joining.add(std::move(batch));
    return joining.take();
}

} // namespace insightd::storage
