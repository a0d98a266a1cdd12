#pragma once

#include "daemon/scheduling/scheduler.hpp"

/// The words of scheduling that the whole daemon uses.
namespace insightd::daemon
{

using scheduling::collector_of;
using scheduling::Job;
using scheduling::job_count;
using scheduling::Scheduler;
using scheduling::Task;

} // namespace insightd::daemon
