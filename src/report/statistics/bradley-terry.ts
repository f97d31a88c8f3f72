import { isStronglyConnected, type Tournament, winsOf } from './comparison-graph.js';
import { solvePositiveDefinite } from './linear-solve.js';
import { logistic } from './logistic.js';

const ITERATIONS = 200;
/** Points of the Elo scale for each unit of log-strength: 400 points are odds of ten to one. */
export const ELO_PER_LOG_STRENGTH = 400 / Math.LN10;

/** What a fit comes to. */
export interface BradleyTerryFit {
  /** Logarithms of the strengths, of mean 0: `P(i beats j) = 1 / (1 + exp(strength[j] - strength[i]))`. */
  readonly strengths: Float64Array;
  readonly fit: 'likeliest' | 'separated';
}

/**
 * Bradley-Terry strengths (1952) of players that are all linked by comparisons: the maximum of the likelihood by Newton's
 * method on log-strengths, ties as half a win for each. Where some players never lost to any of the others, that maximum
 * lies at infinity; then half a win each way is added to every pair in `compared`.
 *
 * @param compared - links all players also where `tournament` (a resample) does not.
 * @param start - where to begin; the strengths of nearly the same tournament save steps.
 */
export function fitBradleyTerry(
  tournament: Tournament,
  compared: Tournament = tournament,
  start: Float64Array = new Float64Array(tournament.players),
): BradleyTerryFit {
  const finite = isStronglyConnected(tournament);
  const played = finite ? tournament : withHalfWins(tournament, compared);
  return { strengths: maximise(played, start), fit: finite ? 'likeliest' : 'separated' };
}

function withHalfWins({ players, wins }: Tournament, compared: Tournament): Tournament {
  const raised = Float64Array.from(wins);
  for (let winner = 0; winner < players; winner++)
    for (let loser = 0; loser < players; loser++)
      if (winsOf(compared, winner, loser) + winsOf(compared, loser, winner) > 0)
        raised[winner * players + loser]! += 0.5;
  return { players, wins: raised };
}

function maximise(tournament: Tournament, start: Float64Array): Float64Array {
  let strengths = start;
  let likelihood = logLikelihood(tournament, strengths);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const step = newtonStep(tournament, strengths);
    let next: Float64Array;
    let reached: number;
    let scale = 2;
    do {
      scale /= 2;
      next = strengths.map((strength, player) => strength + scale * step[player]!);
      reached = logLikelihood(tournament, next);
    } while (reached < likelihood - 1e-12 * Math.abs(likelihood) && scale > 1e-8);
    strengths = next;
    likelihood = reached;
    if (step.every((change) => Math.abs(change) < 1e-9)) break;
  }
  const mean = strengths.reduce((sum, strength) => sum + strength, 0) / strengths.length;
  return strengths.map((strength) => strength - mean);
}

/**
 * The information matrix is a Laplacian: adding the same to every strength changes nothing. A one in every cell holds
 * their sum without moving the solution.
 */
function newtonStep(tournament: Tournament, strengths: Float64Array): Float64Array {
  const { players } = tournament;
  const gradient = new Float64Array(players);
  const information = new Float64Array(players * players).fill(1);
  for (let first = 0; first < players; first++)
    for (let second = 0; second < first; second++) {
      const wins = winsOf(tournament, first, second);
      const games = wins + winsOf(tournament, second, first);
      if (games === 0) continue;
      const expected = logistic(strengths[first]! - strengths[second]!);
      const surplus = wins - games * expected;
      gradient[first]! += surplus;
      gradient[second]! -= surplus;
      const weight = games * expected * (1 - expected);
      information[first * players + first]! += weight;
      information[second * players + second]! += weight;
      information[first * players + second]! -= weight;
      information[second * players + first]! -= weight;
    }
  return solvePositiveDefinite(information, gradient);
}

function logLikelihood(tournament: Tournament, strengths: Float64Array): number {
  const { players } = tournament;
  let sum = 0;
  for (let winner = 0; winner < players; winner++)
    for (let loser = 0; loser < players; loser++) {
      const wins = winsOf(tournament, winner, loser);
      if (wins > 0) sum += wins * Math.log(logistic(strengths[winner]! - strengths[loser]!));
    }
  return sum;
}
