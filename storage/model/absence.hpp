#pragma once

#include <optional>
#include <string_view>

namespace insightd::model
{

/// Why a number that was asked for is not there. Stored with the row; the number itself is NULL.
enum class Absence {
    empty,               ///< the API answered an empty data set, or no value for the metric
    too_few_viewers,     ///< code 10: a story with fewer than five viewers
    unsupported,         ///< the metric does not exist for this product type, host or version
    before_conversion,   ///< subcode 2108006: published before the account was professional
    under_100_followers, ///< the account is too small for this metric
    no_permission,       ///< code 10 or 200-299: the token lacks the permission
    expired,             ///< a story past its 24 hours; a day older than the metric is served
    suspect,             ///< code 100 subcode 33: it may be gone, or throttled in disguise
    gone,                ///< the same, and proven: deleted
    call_failed,         ///< the call that asked for it failed; it is asked again within minutes
    not_crossposted,     ///< subcode 2207086: the post was not shared to Facebook
};

/// The name under which a reason stands in the database, such as "too_few_viewers".
std::string_view to_string(Absence reason);

/// The reverse of to_string(); nothing for a name that is none.
std::optional<Absence> absence_named(std::string_view name);

} // namespace insightd::model
