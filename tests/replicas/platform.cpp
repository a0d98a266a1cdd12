#include "tests/replicas/platform.hpp"

#include <boost/json/parse.hpp>
#include <date/date.h>

#include <optional>

namespace insightd::torture
{
namespace
{

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

sandbox::World::Options world(const Platform::Options& wish)
{
    sandbox::World::Options options;
    options.seed = wish.seed;
    options.start = wish.start;
    options.days_of_history = 3;
    return options;
}

std::uint16_t port_in(const std::string& url)
{
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

} // namespace

Real real_now()
{
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string text_of(Real instant)
{
    return date::format("%FT%TZ", instant);
}

Platform::Platform(const Options& options)
    : world_{world(options), sandbox::many_accounts(options.accounts)}, api_{world_, faults_}
{
    for (const auto& account : world_.accounts())
        by_token_[account.token] = account.user_id;
    api_.watch([this](const auto& request, const auto& response, auto virtually) {
        note(request, response.body, virtually);
    });
    const auto now = [options] {
        return options.start + (real_now() - options.anchor) * options.speed;
    };
    for (std::size_t replica = 0; replica < options.replicas; ++replica) {
        servers_.push_back(std::make_unique<sandbox::Server>(loop_.get_executor(), api_, now));
        by_port_[port_in(servers_.back()->instagram_url())] = replica;
        by_port_[port_in(servers_.back()->facebook_url())] = replica;
    }
    thread_ = std::thread{[this] { loop_.run(); }};
}

void Platform::close()
{
    loop_.stop();
    if (thread_.joinable())
        thread_.join();
}

void Platform::note(
    const sandbox::Request& request, const std::string& body, sandbox::Instant virtually)
{
    const auto account = by_token_.find(request.token());
    if (account == by_token_.end())
        return;
    const auto replica = by_port_.at(request.port);
    calls_.push_back({real_now(), replica, account->second, request.path});
    const auto parts = sandbox::path_of(request).parts;
    if (parts.size() != 2 || parts[1] != "insights" || request.params.empty())
        return;
    const auto id = std::stoll(parts[0]);
    if (const auto views = id != account->second ? views_in(body) : std::nullopt)
        answers_[id].push_back({real_now(), virtually, replica, *views});
}

} // namespace insightd::torture
