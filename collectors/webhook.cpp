#include "collectors/webhook.hpp"

#include "collectors/catalog.hpp"
#include "collectors/json_access.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace insightd::collectors
{
namespace
{

constexpr std::size_t deepest = 16;

/// Metrics that were renamed since the platform chose the names of its pushes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 1> renamed{{
    {"impressions", "views"},
}};

/// What is told as a metric of its own and is a kind of navigation today.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kinds_of_navigation{{
    {"taps_forward", "tap_forward"},
    {"taps_back", "tap_back"},
    {"exits", "tap_exit"},
}};

/// Unix times of the next millennia are below this in seconds, and above it in milliseconds.
constexpr std::int64_t first_milliseconds = 100'000'000'000;

/// No clock is so wrong: what is dated later is no time.
constexpr std::chrono::days latest{1};

std::optional<model::Instant> time_in(const json::value& entry)
{
    const auto number = integer_in(entry, "time");
    if (!number)
        return instant_in(entry, "time");
    if (*number <= 0 || *number >= first_milliseconds * 1000)
        return std::nullopt;
    if (*number >= first_milliseconds)
        return model::Instant{std::chrono::milliseconds{*number}};
    return model::Instant{std::chrono::seconds{*number}};
}

bool is_told_of_stories(std::string_view name)
{
    const auto* metric = catalog::find(catalog::Subject::media, name);
    return metric != nullptr && (metric->products & catalog::story) != 0 &&
           metric->standing != catalog::Standing::retired;
}

std::string_view name_of_today(std::string_view name)
{
    const auto* found =
        std::ranges::find(renamed, name, &std::pair<std::string_view, std::string_view>::first);
    return found != renamed.end() ? found->second : name;
}

bool is_known(const model::Readings& readings, std::string_view metric)
{
    return std::ranges::find(readings.values, metric, &model::Reading::metric) !=
           readings.values.end();
}

/// What is told under today's name counts before what is told under an old one.
void add_metrics(model::Readings& readings, const json::object& told)
{
    for (const bool under_todays_name : {true, false})
        for (const auto& [key, value] : told) {
            const auto name = name_of_today(key);
            const auto count = integer(value);
            if (!count || (name == key) != under_todays_name || !is_told_of_stories(name) ||
                is_known(readings, name))
                continue;
            if (*count < 0)
                readings.values.push_back({std::string{name}, model::Absence::too_few_viewers});
            else
                readings.values.push_back({std::string{name}, model::Number{*count}});
        }
}

void add_navigation(model::Readings& readings, const json::value& told)
{
    model::Breakdown navigation{"navigation", {"story_navigation_action_type"}, {}, std::nullopt};
    for (const auto& [old_name, kind] : kinds_of_navigation)
        if (const auto count = integer_in(told, old_name); count && *count >= 0)
            navigation.cells.push_back({{std::string{kind}}, model::Number{*count}});
    if (!navigation.cells.empty())
        readings.breakdowns.push_back(std::move(navigation));
}

std::optional<model::StoryPush> push_in(const json::value& change)
{
    const auto* value = member(change, "value");
    const auto media = value != nullptr ? integer_in(*value, "media_id") : std::nullopt;
    if (text_in(change, "field") != "story_insights" || !media || *media <= 0)
        return std::nullopt;
    auto told = value->get_object();
    told.stable_erase(told.find("media_id"));
    model::StoryPush push;
    push.media_id = *media;
    push.told = as_text(told);
    add_metrics(push.readings, told);
    add_navigation(push.readings, *value);
    return push;
}

/// Source: Meta's page "Webhooks: Instagram", field mentions: a media id, and a comment id if it is
/// a comment that mentions the account.
std::optional<model::MentionPlace> mention_in(const json::value& change)
{
    const auto* value = member(change, "value");
    const auto media = value != nullptr ? integer_in(*value, "media_id") : std::nullopt;
    if (text_in(change, "field") != "mentions" || !media || *media <= 0)
        return std::nullopt;
    const auto comment = integer_in(*value, "comment_id").value_or(0);
    return model::MentionPlace{*media, std::max<std::int64_t>(comment, 0)};
}

void add_entry(Delivery& delivery, const json::value& entry, model::Instant received_at)
{
    const auto account = integer_in(entry, "id");
    const auto time = time_in(entry);
    const auto* changes = array_in(entry, "changes");
    const bool is_dated = time && *time < received_at + latest;
    if (!account || !is_dated || changes == nullptr) {
        delivery.passed_over += changes != nullptr ? changes->size() : 1;
        return;
    }
    for (const auto& change : *changes) {
        if (const auto place = mention_in(change)) {
            delivery.mentions.push_back({*account, *place, *time, received_at});
            continue;
        }
        auto push = push_in(change);
        if (!push) {
            ++delivery.passed_over;
            continue;
        }
        push->account_id = *account;
        push->pushed_at = *time;
        push->received_at = received_at;
        delivery.pushes.push_back(std::move(*push));
    }
}

bool add_object(Delivery& delivery, const json::value& object, model::Instant received_at)
{
    const auto* entries = array_in(object, "entry");
    if (!text_in(object, "object") || entries == nullptr)
        return false;
    if (text_in(object, "object") != "instagram") {
        delivery.passed_over += entries->size();
        return true;
    }
    for (const auto& entry : *entries)
        add_entry(delivery, entry, received_at);
    return true;
}

} // namespace

std::optional<Delivery> delivery_of(std::string_view body, model::Instant received_at)
{
    json::parse_options options;
    options.max_depth = deepest;
    boost::system::error_code error;
    const auto told = json::parse({body.data(), body.size()}, error, {}, options);
    if (error)
        return std::nullopt;
    Delivery delivery;
    if (!told.is_array())
        return add_object(delivery, told, received_at) ? std::optional{std::move(delivery)}
                                                       : std::nullopt;
    for (const auto& object : told.get_array())
        if (!add_object(delivery, object, received_at))
            return std::nullopt;
    return delivery;
}

} // namespace insightd::collectors
