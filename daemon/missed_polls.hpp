#pragma once

#include "config/config.hpp"
#include "daemon/scheduler.hpp"
#include "storage/model/gap.hpp"

#include <array>
#include <optional>
#include <string>

namespace insightd::daemon
{

/// What fell due for one account and was not read yet, by job, and why not: the account's side of
/// the gap ledger. Pure; knows no clock.
class MissedPolls
{
public:
    /// From when on this daemon could have read: what was due before, it had no hand in. Nothing
    /// was expected of the account before a daemon last did anything for it.
    void begin(model::Instant now, std::optional<model::Instant> last_alive)
    {
        began_at_ = now;
        last_alive_ = last_alive;
    }

    /// The job was failing when the daemon before this one ended.
    void resume(Job job, model::Instant failing_since, std::string why);

    /// A reading fell due: the oldest that is not met counts.
    void fell_due(Job job, model::Instant due);

    /// The job is switched off: nothing of it is expected any more.
    void forget(Job job) { jobs_.at(static_cast<std::size_t>(job)) = {}; }

    /// When the oldest reading fell due that is not met; nothing: none waits.
    std::optional<model::Instant> waits_since(Job job) const
    {
        return jobs_.at(static_cast<std::size_t>(job)).due;
    }

    /// Why readings of the job are not made, in words; the newest counts.
    void failed(Job job, std::string why);

    /// The same for all jobs: the account, or its whole app, has to wait.
    void paused(const std::string& why);

    /// What was due is read now. The gap, if it took so long that the series has a hole.
    std::optional<model::Gap> met(Job job, const config::Schedule& schedule, model::Instant now);

    /// The same, but of the job's objects some are left: they are due from now on, and wait for the
    /// reason that is known.
    std::optional<model::Gap>
    met_in_part(Job job, const config::Schedule& schedule, model::Instant now);

private:
    struct Unmet {
        std::optional<model::Instant> due;
        std::string why;
        bool is_resumed = false;
    };
    std::string reason(const Unmet& unmet) const;

    std::array<Unmet, job_count> jobs_;
    model::Instant began_at_;
    std::optional<model::Instant> last_alive_;
};

/// How late a reading of the job may be before it is missed: by as much as the next one is due.
/// Nothing for jobs whose readings can be made later as well, and for stories, each of which has a
/// ledger of its own.
std::optional<std::chrono::seconds> lateness_allowed(Job job, const config::Schedule& schedule);

} // namespace insightd::daemon
