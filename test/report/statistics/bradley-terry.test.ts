import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStronglyConnected } from '../../../src/report/statistics/comparison-graph.js';
import { comparisonGroups, fitBradleyTerry, tournamentOf } from '../../../src/report/statistics/index.js';
import { goldens } from './goldens.js';

const tournament = (players: number, wins: readonly number[]) => ({ players, wins: Float64Array.from(wins) });

const played = fc
  .integer({ min: 2, max: 6 })
  .chain((players) =>
    fc.record({
      players: fc.constant(players),
      wins: fc.array(fc.nat(8), { minLength: players ** 2, maxLength: players ** 2 }),
    }),
  )
  .map(({ players, wins }) =>
    tournament(
      players,
      wins.map((count, cell) => (cell % (players + 1) === 0 ? 0 : count + 0.5)),
    ),
  );

describe('fitBradleyTerry', () => {
  it.each(goldens.tournaments)('equals the root of the likelihood equations of $players players', (golden) => {
    const { strengths, fit } = fitBradleyTerry(tournament(golden.players, golden.wins));
    expect(fit).toBe('likeliest');
    for (const [player, strength] of strengths.entries())
      expect(Math.abs(strength - golden.strengths[player]!)).toBeLessThan(1e-6);
  });

  it('gives two players the logarithm of their odds', () => {
    const { strengths } = fitBradleyTerry(tournament(2, [0, 30, 10, 0]));
    expect(strengths[0]! - strengths[1]!).toBeCloseTo(Math.log(3), 9);
  });

  it('does not depend on the order of the players', () => {
    fc.assert(
      fc.property(played, ({ players, wins }) => {
        const turned = tournamentOf(
          { players, wins },
          Array.from({ length: players }, (_, index) => players - 1 - index),
        );
        const strengths = fitBradleyTerry({ players, wins }).strengths;
        for (const [player, strength] of fitBradleyTerry(turned).strengths.entries())
          expect(strength).toBeCloseTo(strengths[players - 1 - player]!, 7);
      }),
    );
  });

  it('rates a player higher for one more win', () => {
    fc.assert(
      fc.property(played, ({ players, wins }) => {
        const before = fitBradleyTerry({ players, wins }).strengths;
        const more = Float64Array.from(wins);
        more[1]! += 1;
        const after = fitBradleyTerry({ players, wins: more }).strengths;
        expect(after[0]! - after[1]!).toBeGreaterThan(before[0]! - before[1]!);
      }),
    );
  });

  it('stays finite where a player never lost, and says so', () => {
    const { strengths, fit } = fitBradleyTerry(tournament(2, [0, 9, 0, 0]));
    expect(fit).toBe('separated');
    expect(strengths[0]! - strengths[1]!).toBeCloseTo(Math.log(9.5 / 0.5), 9);
  });

  it('links players that a resample has not compared as the whole tournament does', () => {
    const whole = tournament(3, [0, 5, 0, 4, 0, 3, 0, 2, 0]);
    const { strengths, fit } = fitBradleyTerry(tournament(3, [0, 5, 0, 4, 0, 0, 0, 0, 0]), whole);
    expect(fit).toBe('separated');
    expect(strengths[2]).toBeCloseTo(strengths[1]!, 9);
  });
});

describe('comparisonGroups', () => {
  it('parts players that nothing links, largest group first', () => {
    const wins = new Float64Array(25);
    wins[0 * 5 + 3] = 1;
    wins[2 * 5 + 1] = 1;
    wins[4 * 5 + 1] = 1;
    expect(comparisonGroups({ players: 5, wins })).toEqual([
      [1, 2, 4],
      [0, 3],
    ]);
  });

  it('knows that a chain of wins is no circle', () => {
    expect(isStronglyConnected(tournament(3, [0, 1, 0, 0, 0, 1, 0, 0, 0]))).toBe(false);
    expect(isStronglyConnected(tournament(3, [0, 1, 0, 0, 0, 1, 1, 0, 0]))).toBe(true);
  });
});
