#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace insightd::graph
{

/// What a failed call means for the one who asked. The table that decides is in failure.cpp.
enum class FailureClass {
    unreachable,   ///< no connection, no name, a refused certificate, a timeout
    transient,     ///< the service is down or says "try again"
    unknown_error, ///< code 1 "An unknown error has occurred": an outage, or one withdrawn metric
    malformed,     ///< an answer that is not what was asked: HTML, truncated, too large, loops
    too_much_data, ///< code 1: ask for a smaller page
    app_throttled, ///< the whole app must wait
    account_throttled, ///< this account must wait
    needs_login,       ///< 190, 102: the token is dead
    no_permission,     ///< code 10 or 200-299
    blocked,           ///< 368: stop this account for hours
    too_few_viewers,   ///< code 10 by text: an absence
    before_conversion, ///< subcode 2108006: an absence, for good
    not_crossposted,   ///< subcode 2207086, or code -1 "Fatal": an absence
    object_gone,       ///< 100/33: gone, or throttling in disguise: suspect
    bad_metric,        ///< code 100 naming a metric, period or type
    bad_breakdown,     ///< code 100 naming a breakdown that the metric does not have
    bad_field,         ///< a field that this object does not have
    bad_request,       ///< any other refusal of what was asked
    misconfigured,     ///< the app, its secret or the id cannot do this: 3, 100, 803
    held_back,         ///< no call was made: the Permit was not given; the message says why
};

std::string_view to_string(FailureClass kind);

/// One failed call.
struct Failure {
    FailureClass kind{};
    int http_status = 0; ///< 0 where there was no answer
    int code = 0;
    int subcode = 0;
    std::string message;  ///< the API's words or ours; a redacted text, never a token
    std::string trace_id; ///< fbtrace_id
    std::optional<std::chrono::seconds> regain_after; ///< how long the API says to wait
};

/// The kind, the codes and the words in one line for logs: `needs_login 190/463: Session expired`.
std::string to_string(const Failure& failure);

template <class T> using Outcome = boost::system::result<T, Failure>;

/// `result::value()` on a failure is a broken invariant.
[[noreturn]] void
throw_exception_from_error(const Failure& failure, const boost::source_location& where);

/// The decision for a Graph API answer, from its body first and its status second: any body with
/// `error` or `error_type` is a failure, even with status 200.
/// Source: graph-api.md sections 1, 4.4 and 8.
FailureClass
classify(int http_status, int code, int subcode, bool is_transient, std::string_view message);

/// The metric that a refusal names, such as "crossposted_views" in "does not support the
/// crossposted_views metric"; nothing where the text names none, or several.
std::optional<std::string> named_metric(std::string_view message);

/// What "metric[2] must be one of the following values: a, b, c" tells.
struct PrintedMetrics {
    std::size_t refused_at = 0;     ///< the place of a refused metric in the call's list, from 0
    std::vector<std::string> valid; ///< every metric that is served, as printed
};

/// The list of valid metrics in a refusal; nothing where it prints none.
/// Source: graph-api.md section 4.4, "unknown metric".
std::optional<PrintedMetrics> printed_metrics(std::string_view message);

} // namespace insightd::graph
