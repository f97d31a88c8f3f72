export {
  addCoincidences,
  cohenKappa,
  fleissKappa,
  krippendorffAlpha,
  observedAgreement,
  pairAgreement,
} from './agreement.js';
export { type Bootstrapped, bootstrap, bootstrapPValue, type Resampling } from './bootstrap.js';
export { ELO_PER_LOG_STRENGTH, fitBradleyTerry } from './bradley-terry.js';
export { comparisonGroups, type Tournament, tournamentOf } from './comparison-graph.js';
export { extremeShareInterval, type Interval, percentileInterval } from './interval.js';
export { fitLogistic, isSeparated, type LogisticData, logistic } from './logistic.js';
export { signTest } from './sign-test.js';
export { signedRankTest } from './wilcoxon.js';
