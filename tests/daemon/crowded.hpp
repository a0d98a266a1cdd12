#pragma once

#include "daemon/engine.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "tests/daemon/talking.hpp"

/// Others who show and write in public: the sandbox's crowd.
namespace insightd
{

inline constexpr std::int64_t first_post = 17'900'000'000'000'000;

inline std::string collect(const std::string& edges)
{
    return "defaults: {collect: {profile: off, media_insights: off, stories: off, "
           "account_insights: off, " +
           edges + "}}\n";
}

inline sandbox::World::Options with(sandbox::Crowd crowd)
{
    sandbox::World::Options options;
    options.start = start;
    options.days_of_history = 2;
    options.last_post = start;
    options.crowd = std::make_shared<const sandbox::Crowd>(std::move(crowd));
    return options;
}

/// One account, on the Instagram host unless said otherwise, and its crowd.
class Crowded : public testing::Simulation
{
public:
    Crowded(const std::string& edges, const sandbox::Crowd& people, std::size_t which = 0)
        : testing::Simulation{start, collect(edges), one_account(which), with(people)}, crowd{
                                                                                            people}
    {
    }

    std::int64_t number(const std::string& sql) const { return std::stoll(value(sql).value()); }

    std::string health(const std::string& collector) const
    {
        return value(
                   "SELECT state || ' ' || error FROM insights.collection_health WHERE collector = "
                   "'" +
                   collector + "'")
            .value_or("none");
    }

    sandbox::Crowd crowd;
};

inline sandbox::Remark remark(std::int64_t id, model::Instant at, std::int64_t person = 71)
{
    sandbox::Remark remark;
    remark.id = id;
    remark.at = at;
    remark.person = person;
    remark.username = person == 0 ? "" : fmt::format("planted_name_{}", person);
    remark.text = fmt::format("planted words {}", id);
    return remark;
}

inline sandbox::Portrait portrait(std::int64_t id, model::Instant at)
{
    sandbox::Portrait portrait;
    portrait.media_id = id;
    portrait.at = at;
    portrait.username = "planted_name_" + std::to_string(id % 7);
    portrait.caption = "planted words in a caption";
    return portrait;
}

inline model::Instant instant_of(const std::string& microseconds)
{
    return model::Instant{std::chrono::microseconds{std::stoll(microseconds)}};
}

} // namespace insightd
