/**
 * Who beat whom: `wins[winner · players + loser]`, a tie as half a win for each.
 */
export interface Tournament {
  readonly players: number;
  readonly wins: Float64Array;
}

/** Players that are linked by comparisons, directly or over others; largest group first. */
export function comparisonGroups(tournament: Tournament): number[][] {
  const { players } = tournament;
  const groups: number[][] = [];
  const seen = new Uint8Array(players);
  for (let player = 0; player < players; player++) {
    if (seen[player]) continue;
    const group = reach(
      tournament,
      player,
      seen,
      (from, to) => winsOf(tournament, from, to) + winsOf(tournament, to, from),
    );
    groups.push(group.sort((x, y) => x - y));
  }
  return groups.sort((x, y) => y.length - x.length);
}

/**
 * Whether every player has beaten every other, directly or over others: exactly then the likeliest strengths are finite
 * and unique (Ford 1957).
 */
export function isStronglyConnected(tournament: Tournament): boolean {
  const { players } = tournament;
  if (players === 0) return true;
  const down = reach(tournament, 0, new Uint8Array(players), (from, to) => winsOf(tournament, from, to));
  const up = reach(tournament, 0, new Uint8Array(players), (from, to) => winsOf(tournament, to, from));
  return down.length === players && up.length === players;
}

/** The part of a tournament that a group plays among itself, renumbered in the group's order. */
export function tournamentOf({ players, wins }: Tournament, group: readonly number[]): Tournament {
  const own = new Float64Array(group.length ** 2);
  for (const [row, winner] of group.entries())
    for (const [column, loser] of group.entries()) own[row * group.length + column] = wins[winner * players + loser]!;
  return { players: group.length, wins: own };
}

export const winsOf = ({ players, wins }: Tournament, winner: number, loser: number): number =>
  wins[winner * players + loser]!;

function reach(
  { players }: Tournament,
  start: number,
  seen: Uint8Array,
  link: (from: number, to: number) => number,
): number[] {
  const reached = [start];
  seen[start] = 1;
  for (const from of reached)
    for (let to = 0; to < players; to++)
      if (!seen[to] && link(from, to) > 0) {
        seen[to] = 1;
        reached.push(to);
      }
  return reached;
}
