#pragma once

#include "daemon/scheduling/change_rate.hpp"
#include "storage/model/history.hpp"
#include "storage/model/rows.hpp"

/// Between rows and the estimate of how fast a post changes: pure.
namespace insightd::daemon
{

/// Whether a reading answered any number.
bool has_numbers(const model::MediaSample& sample);

/// Whether a reading answered a number of views.
bool has_views(const model::MediaSample& sample);

/// Takes a reading of the post's insights into its rate, and the account's. `counts_views`: its
/// number is of views, and a reach that comes without them is no successor of it.
void take_in(
    scheduling::AccountRates& account, scheduling::ChangeRate& post, model::Instant published_at,
    const model::MediaSample& sample, bool counts_views);

/// The same for a reading of a list. The two counters are one signal: without either, there is
/// none.
void take_in(
    scheduling::AccountRates& account, scheduling::ChangeRate& post, const model::Media& media);

/// As it would be had the post been read at `now`, and nothing changed that was not expected.
scheduling::ChangeRate read_at(scheduling::ChangeRate rate, model::Instant now);

model::PostRate stored_form(const scheduling::ChangeRate& rate);
scheduling::ChangeRate stored_rate(const model::StoredPost& known);

} // namespace insightd::daemon
