/** The page: one screen, read from left to right. */
import { Compare } from "./compare/Compare";
import { Export } from "./export/Export";
import { PhasesPanel } from "./phases/Panel";
import { motion } from "./phases/state";
import { tab } from "./state";
import { Sweep } from "./sweeps/Sweep";
import { Distributions } from "./views/Distributions";
import { Evidence } from "./views/Evidence";
import { Explanation } from "./views/Explanation";
import { Help } from "./views/Help";
import { Methods } from "./views/Methods";
import { Papers } from "./views/Papers";
import { Runs } from "./views/Runs";
import { Samplers } from "./views/Samplers";
import { Settings } from "./views/Settings";
import { SkipLink } from "./views/SkipLink";
import { StagePanel } from "./views/StagePanel";
import { Summary } from "./views/Summary";
import { Timeline } from "./views/Timeline";
import { TopBar } from "./views/TopBar";
import { Troubles } from "./views/Troubles";

export function App() {
  return (
    <>
      <div class="page" data-tab={tab.value}>
        <SkipLink />
        <TopBar />
        <Troubles />
        {tab.value === "runs" ? (
          <Runs />
        ) : tab.value === "sweep" ? (
          <Sweep />
        ) : tab.value === "compare" ? (
          <Compare />
        ) : tab.value === "samplers" ? (
          <Samplers />
        ) : (
          <>
            <aside class="question" aria-label="Question">
              <div class="question-part">
                <Distributions />
                <Methods />
              </div>
              <div class="question-part">
                <Papers />
                <Settings />
              </div>
            </aside>
            <StagePanel />
            {motion.value ? <PhasesPanel /> : <Evidence />}
            <Timeline />
          </>
        )}
        <Summary />
        <Help />
        <Export />
      </div>
      <Explanation />
    </>
  );
}
