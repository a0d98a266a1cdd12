#include "storage/model/rows.hpp"

#include <iterator>
#include <utility>

namespace insightd::model
{
namespace
{

template <class Row> void move_rows(std::vector<Row>& into, std::vector<Row>&& from)
{
    into.insert(
        into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

template <class Row>
void add_singles(const Batch& batch, std::vector<Row> Batch::*rows, std::vector<Batch>& singles)
{
    for (const auto& row : batch.*rows) {
        singles.emplace_back().account_id = batch.account_id;
        (singles.back().*rows).push_back(row);
    }
}

std::size_t numbers_in(const Readings& readings)
{
    std::size_t count = 0;
    for (const auto& reading : readings.values)
        count += std::holds_alternative<Number>(reading.value);
    for (const auto& breakdown : readings.breakdowns)
        count += breakdown.cells.size();
    return count;
}

} // namespace

void append(Batch& into, Batch&& from)
{
    move_rows(into.profiles, std::move(from.profiles));
    move_rows(into.media, std::move(from.media));
    move_rows(into.samples, std::move(from.samples));
    move_rows(into.days, std::move(from.days));
    move_rows(into.demographics, std::move(from.demographics));
    move_rows(into.online_followers, std::move(from.online_followers));
    move_rows(into.lessons, std::move(from.lessons));
    move_rows(into.offered, std::move(from.offered));
    move_rows(into.runs, std::move(from.runs));
}

std::vector<Batch> single_rows(const Batch& batch)
{
    std::vector<Batch> singles;
    add_singles(batch, &Batch::profiles, singles);
    add_singles(batch, &Batch::media, singles);
    add_singles(batch, &Batch::samples, singles);
    add_singles(batch, &Batch::days, singles);
    add_singles(batch, &Batch::demographics, singles);
    add_singles(batch, &Batch::online_followers, singles);
    add_singles(batch, &Batch::lessons, singles);
    add_singles(batch, &Batch::offered, singles);
    return singles;
}

std::size_t count_values(const Batch& batch)
{
    std::size_t count = 0;
    for (const auto& profile : batch.profiles)
        count += profile.followers_count.has_value() + profile.follows_count.has_value() +
                 profile.media_count.has_value();
    for (const auto& media : batch.media)
        count += media.like_count.has_value() + media.comments_count.has_value();
    for (const auto& sample : batch.samples)
        count += numbers_in(sample.readings);
    for (const auto& day : batch.days)
        count += numbers_in(day.readings);
    for (const auto& snapshot : batch.demographics)
        count += snapshot.cells.size();
    for (const auto& online : batch.online_followers)
        for (const auto& hour : online.hours)
            count += hour.has_value();
    return count;
}

} // namespace insightd::model
