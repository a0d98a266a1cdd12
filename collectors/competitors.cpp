#include "collectors/competitors.hpp"

#include "collectors/graph/node.hpp"
#include "collectors/json_access.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace insightd::collectors
{
namespace
{

using graph::FailureClass;

constexpr std::array profile_fields{
    Field{"id"},
    Field{"username"},
    Field{"name"},
    Field{"followers_count"},
    Field{"follows_count"},
    Field{"media_count"},
};

/// view_count is served here and nowhere else. Source: graph-api.md section 3.3.
constexpr std::array post_fields{
    Field{"id"},         Field{"timestamp"},      Field{"media_type"}, Field{"media_product_type"},
    Field{"like_count"}, Field{"comments_count"}, Field{"permalink"},  Field{"view_count"},
};

constexpr std::string_view view_count = "view_count";

constexpr std::size_t newest_posts = 25;

constexpr std::chrono::hours refused_for{24};

constexpr int most_tries = 3;

constexpr std::string_view nobody_to_see =
    "the platform shows no professional account of this name: it is misspelt, renamed, personal, "
    "private or for people above an age only";

/// The next call would fail as well, whomever it is about.
bool is_of_account(FailureClass kind)
{
    static constexpr std::array kinds{FailureClass::unreachable,       FailureClass::app_throttled,
                                      FailureClass::account_throttled, FailureClass::needs_login,
                                      FailureClass::no_permission,     FailureClass::blocked,
                                      FailureClass::misconfigured};
    return std::ranges::find(kinds, kind) != kinds.end();
}

bool may_pass(FailureClass kind)
{
    return kind == FailureClass::transient || kind == FailureClass::unknown_error ||
           kind == FailureClass::malformed;
}

std::string names_of(std::span<const Field> fields, const RefusedFields& refused)
{
    return joined(field_names(fields, config::Login::facebook, refused));
}

std::optional<model::CompetitorPost> decode_post(const json::value& node)
{
    const auto id = integer_in(node, "id");
    if (!id)
        return std::nullopt;
    model::CompetitorPost post;
    post.id = *id;
    post.published_at = instant_in(node, "timestamp");
    post.media_type = text_in(node, "media_type");
    post.product_type = text_in(node, "media_product_type");
    post.permalink = text_in(node, "permalink");
    post.like_count = integer_in(node, "like_count");
    post.comments_count = integer_in(node, "comments_count");
    post.view_count = integer_in(node, "view_count");
    return post;
}

std::vector<model::CompetitorPost> posts_of(const json::value& node)
{
    std::vector<model::CompetitorPost> posts;
    const auto* edge = member(node, "media");
    const auto* data = edge != nullptr ? array_in(*edge, "data") : nullptr;
    if (data == nullptr)
        return posts;
    for (const auto& source : *data)
        if (auto post = decode_post(source))
            posts.push_back(std::move(*post));
    return posts;
}

model::Competitor refused(std::string username, std::string why, model::Instant now)
{
    model::Competitor told;
    told.username = std::move(username);
    told.observed_at = now;
    told.refusal = std::move(why);
    return told;
}

} // namespace

bool is_of_competitor(const graph::Failure& failure)
{
    constexpr int no_such_user = 110;
    constexpr int cannot_find_user = 2207013;
    constexpr int not_found = 2207006;
    return failure.code == no_such_user || failure.subcode == cannot_find_user ||
           failure.subcode == not_found;
}

graph::Outcome<model::Competitor>
decode_competitor(const boost::json::value& body, std::string username, model::Instant now)
{
    const auto* object = graph::node_of(body);
    if (object == nullptr)
        return malformed("an answer about a competitor that is no object");
    const json::value outer = *object;
    const auto* node = member(outer, "business_discovery");
    if (node == nullptr)
        return refused(std::move(username), std::string{nobody_to_see}, now);
    if (!node->is_object())
        return malformed("a competitor that is no object");
    model::Competitor told;
    told.username = std::move(username);
    told.observed_at = now;
    told.id = integer_in(*node, "id");
    told.name = text_in(*node, "name");
    told.followers_count = integer_in(*node, "followers_count");
    told.follows_count = integer_in(*node, "follows_count");
    told.media_count = integer_in(*node, "media_count");
    told.posts = posts_of(*node);
    return told;
}

CompetitorRound::CompetitorRound(const config::Account& account)
    : account_{account}, posts_{newest_posts}
{
}

void CompetitorRound::remember(const std::vector<model::RefusedCompetitor>& refused)
{
    for (const auto& [username, refused_at] : refused)
        refused_[username] = refused_at;
}

std::optional<std::string> CompetitorRound::next(model::Instant now)
{
    if (waiting_.empty()) {
        refused_fields_.clear();
        read_ = 0;
        tries_ = 0;
        for (const auto& username : account_.competitors) {
            const auto refused = refused_.find(username);
            if (refused == refused_.end() || refused->second + refused_for <= now)
                waiting_.push_back(username);
        }
    }
    return waiting_.empty() ? std::nullopt : std::optional{waiting_.front()};
}

graph::Request CompetitorRound::request() const
{
    return {
        std::to_string(account_.user_id),
        {{"fields", fmt::format(
                        "business_discovery.username({}){{{},media.limit({}){{{}}}}}",
                        waiting_.front(), names_of(profile_fields, refused_fields_), posts_.rows(),
                        names_of(post_fields, refused_fields_))}}};
}

Collected CompetitorRound::take(const graph::Outcome<graph::Reply>& answer, model::Instant now)
{
    auto told = answer ? decode_competitor(answer->body, waiting_.front(), now)
                       : graph::Outcome<model::Competitor>{answer.error()};
    if (told) {
        posts_.worked();
        return take(std::move(*told));
    }
    const auto& failure = told.error();
    if (is_of_competitor(failure))
        return take(refused(
            waiting_.front(), fmt::format("{} ({})", nobody_to_see, graph::to_string(failure)),
            now));
    if (failure.kind == FailureClass::held_back)
        return Collected{failure};
    if (ask_otherwise(failure))
        return {};
    if (is_of_account(failure.kind))
        return Collected{failure};
    ++tries_;
    if (!may_pass(failure.kind) || (tries_ == most_tries && read_ > 0))
        return pass_over(failure);
    if (tries_ == most_tries)
        put_off();
    return Collected{failure};
}

Collected CompetitorRound::take(model::Competitor told)
{
    if (told.refusal.empty())
        refused_.erase(told.username);
    else
        refused_[told.username] = told.observed_at;
    ++read_;
    Collected collected;
    collected.rows.competitors.push_back(std::move(told));
    return go_on(std::move(collected));
}

/// The same without a field, or with fewer posts. One that is refused without its name is the one
/// that no page of the platform mentions.
bool CompetitorRound::ask_otherwise(const graph::Failure& failure)
{
    if (failure.kind == FailureClass::too_much_data)
        return posts_.shrink();
    auto of_profile = field_names(profile_fields, config::Login::facebook, refused_fields_);
    auto of_posts = field_names(post_fields, config::Login::facebook, refused_fields_);
    if (drop_refused_field(of_posts, failure, refused_fields_) ||
        drop_refused_field(of_profile, failure, refused_fields_))
        return true;
    return failure.kind == FailureClass::bad_field &&
           refused_fields_.insert(std::string{view_count}).second;
}

/// Nobody was read in this round: it may be the platform that fails, or this one alone. The others
/// tell, each at the pace at which failures are tried again.
void CompetitorRound::put_off()
{
    tries_ = 0;
    waiting_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
}

Collected CompetitorRound::pass_over(const graph::Failure& failure)
{
    passed_over_.push_back(failure);
    passed_over_.back().message = waiting_.front() + ": " + failure.message;
    return go_on({});
}

Collected CompetitorRound::go_on(Collected collected)
{
    tries_ = 0;
    waiting_.pop_front();
    if (!waiting_.empty() || passed_over_.empty())
        return collected;
    auto failure = passed_over_.front();
    failure.message =
        fmt::format("{} competitors could not be read: {}", passed_over_.size(), failure.message);
    passed_over_.clear();
    collected.failure = std::move(failure);
    collected.is_of_a_part = read_ > 0;
    return collected;
}

boost::asio::awaitable<Collected>
collect_competitor(graph::Client& api, CompetitorRound& round, model::Instant now)
{
    auto request = round.request();
    const auto answer = co_await api.get_once(std::move(request));
    co_return round.take(answer, now);
}

const model::Competitor*
CompetitorsTold::since(const std::string& username, model::Instant since) const
{
    const auto found = newest_.find(username);
    return found != newest_.end() && found->second.observed_at >= since ? &found->second : nullptr;
}

} // namespace insightd::collectors
