#include "daemon/login_answer.hpp"

#include "collectors/graph/redirect.hpp"
#include "daemon/login_flow.hpp"
#include "daemon/login_page.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <iostream>

namespace insightd::daemon
{
namespace
{

http::Answer page(int status, std::string_view title, std::string_view text)
{
    return {status, "text/html; charset=utf-8", login_page(title, text)};
}

/// "/login/" of "https://insights.example/login/".
std::string path_of(const std::string& url)
{
    const auto host = url.find("://");
    const auto path = host == std::string::npos ? host : url.find('/', host + 3);
    if (path == std::string::npos)
        return "/";
    return url.substr(path, url.find('?', path) - path);
}

/// A proxy in front may add or drop the slash at the end.
std::string_view without_slash(std::string_view path)
{
    return path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

graph::Failure nobody_came()
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::needs_login;
    failure.message = "nobody came back from the browser in time: run the command again, or use "
                      "--paste where the browser cannot reach this machine";
    return failure;
}

} // namespace

std::string LoginQuestion::redirect() const
{
    if (!redirect_uri.empty())
        return redirect_uri;
    const bool v6 = address.find(':') != std::string::npos;
    return fmt::format("http://{}:{}/", v6 ? "[" + address + "]" : address, port);
}

LoginListener::LoginListener(boost::asio::any_io_executor loop, LoginQuestion question)
    : question_{std::move(question)}, path_{path_of(question_.redirect())}, arrived_{loop},
      server_{
          loop, question_.address, question_.port,
          http::Server::of_pages([this](const http::Question& asked) { return answer(asked); })}
{
    question_.port = server_.port();
}

boost::asio::awaitable<graph::Outcome<config::Secret>>
LoginListener::wait(std::chrono::seconds patience)
{
    arrived_.expires_after(patience);
    if (!outcome_)
        co_await arrived_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (!outcome_)
        co_return nobody_came();
    co_return *outcome_;
}

http::Answer LoginListener::answer(const http::Question& asked)
{
    if (without_slash(asked.path) != without_slash(path_))
        return page(
            404, "Nothing here", "insightd waits for the end of a login, at another place.");
    if (outcome_)
        return page(410, "This login is over", "Each login is good for one answer.");
    const auto redirect = graph::parse_redirect("?" + asked.query);
    // The platform may cancel without our state; nobody gains by forging that.
    const bool cancelled = !redirect.error.empty() && redirect.state.empty();
    if (redirect.state != question_.state && !cancelled)
        return page(
            400, "Not this login",
            "The answer belongs to another login. Open the address that insightd printed last.");
    outcome_ = code_of(redirect, question_.state, false);
    arrived_.cancel();
    if (!*outcome_)
        return page(
            200, "The login was not completed",
            outcome_->error().message + ". Nothing was changed. You can close this window.");
    return page(
        200, "Thank you",
        "insightd goes on where you started it: look there whether all went well. You can close "
        "this window.");
}

graph::Outcome<config::Secret> pasted_answer(const LoginQuestion& question)
{
    std::string line;
    std::getline(std::cin, line);
    return code_of(graph::parse_redirect(line), question.state, true);
}

} // namespace insightd::daemon
