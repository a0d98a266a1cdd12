#include "collectors/graph/endpoint.hpp"

#include "collectors/graph/url.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace insightd::graph
{
namespace
{

Failure refused(std::string why)
{
    Failure failure;
    failure.kind = FailureClass::bad_request;
    failure.message = std::move(why);
    return failure;
}

} // namespace

Outcome<Endpoint> endpoint_of(const std::string& url)
{
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed)
        return refused("not a URL: " + redacted(url));
    Endpoint endpoint;
    endpoint.tls = parsed->scheme() == "https";
    endpoint.host = parsed->host_type() == boost::urls::host_type::ipv6
                        ? std::string{parsed->host_ipv6_address().to_string()}
                        : std::string{parsed->host()};
    if (!endpoint.tls && (parsed->scheme() != "http" || !is_loopback(endpoint.host)))
        return refused(
            "plain HTTP is for loopback only: use https:// in api.graph_url for " + endpoint.host);
    endpoint.port =
        parsed->has_port() ? std::string{parsed->port()} : std::string{endpoint.tls ? "443" : "80"};
    endpoint.target = std::string{parsed->encoded_resource()};
    if (endpoint.target.empty() || endpoint.target.front() != '/')
        endpoint.target.insert(0, "/");
    return endpoint;
}

bool is_loopback(const std::string& host)
{
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return error ? host == "localhost" : address.is_loopback();
}

} // namespace insightd::graph
