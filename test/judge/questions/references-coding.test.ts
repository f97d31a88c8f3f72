import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { vicunaQuestions } from '../../../src/judge/questions/index.js';
import { temporaryDirectory } from '../../support/temporary.js';

const questions = await vicunaQuestions();
const question = (id: string) => questions.find((candidate) => candidate.id === id)!;

/** The programs of a reference, all its turns together. */
function programs(id: string, language: string): string {
  const text = question(id).reference!.join('\n');
  return [...text.matchAll(new RegExp(`\`\`\`${language}\n([^\`]+?)\n\`\`\``, 'g'))]
    .map((match) => match[1])
    .join('\n\n');
}

describe('references in JavaScript', () => {
  type MapLimit = (
    items: unknown[],
    limit: number,
    work: (item: unknown, index: number) => unknown,
  ) => Promise<unknown[]>;
  const mapLimit = runInNewContext(`${programs('coding-math-1', 'js')}; mapLimit`, { Promise, Array }) as MapLimit;

  it('mapLimit keeps order and limit', async () => {
    for (const [count, limit] of [
      [0, 3],
      [1, 3],
      [7, 1],
      [20, 4],
      [3, 10],
    ] as const) {
      let [running, peak] = [0, 0];
      const results = await mapLimit(
        Array.from({ length: count }, (_, index) => index),
        limit,
        async (item) => {
          peak = Math.max(peak, ++running);
          for (let turn = 0; turn <= ((item as number) * 7) % 5; turn++) await Promise.resolve();
          running--;
          return (item as number) * 2;
        },
      );
      expect(results).toEqual(Array.from({ length: count }, (_, index) => index * 2));
      expect(peak).toBe(Math.min(count, limit));
    }
  });

  it('mapLimit begins nothing after a failure, thrown or rejected', async () => {
    for (const fail of [
      () => Promise.reject(new Error('no')),
      () => {
        throw new Error('no');
      },
    ]) {
      const begun: number[] = [];
      const run = mapLimit([0, 1, 2, 3, 4, 5], 2, (_, index) => {
        begun.push(index);
        return index === 1 ? fail() : Promise.resolve();
      });
      await expect(run).rejects.toThrow('no');
      const after = begun.length;
      await new Promise((resolve) => setImmediate(resolve));
      expect(begun).toHaveLength(after);
      expect(after).toBeLessThan(4);
    }
  });

  it('median is right where the faulty one is not, and the faulty one is wrong where the reference says so', () => {
    type Median = (numbers: number[]) => number | undefined;
    const median = runInNewContext(`${programs('coding-math-3', 'js')}; median`) as Median;
    const faultyCode = question('coding-math-3').turns[0]!.match(/```js\n([\s\S]*?)\n```/)![1]!;
    const faulty = runInNewContext(`${faultyCode}; median`) as Median;
    const list = [10, 9, 1];
    expect([median(list), median([1, 2, 3]), median([1, 3]), median([]), list]).toEqual([
      9,
      2,
      2,
      undefined,
      [10, 9, 1],
    ]);
    expect([faulty([1, 2, 3]), faulty([1, 3]), faulty([])]).toEqual([undefined, 3.5, Number.NaN]);
    faulty(list);
    expect(list).toEqual([1, 10, 9]);
  });
});

function hasPython(): boolean {
  try {
    return (
      Number(
        execFileSync('python3', ['-c', 'import sqlite3; print(sqlite3.sqlite_version.split(".")[1])']).toString(),
      ) >= 25
    );
  } catch {
    process.stderr.write('skipped: no python3 to run the references in Python\n');
    return false;
  }
}

describe.skipIf(!hasPython())('references in Python and SQL', () => {
  async function check(id: string, checks: string): Promise<void> {
    const path = join(await temporaryDirectory(), 'check.py');
    await writeFile(path, `${programs(id, 'python')}\n\n${checks}\n`);
    execFileSync('python3', [path], { stdio: 'pipe' });
  }

  it('subtract equals counting cell by cell', () =>
    check(
      'coding-math-2',
      `
import random
random.seed(1)
def intervals():
    ends = sorted(random.sample(range(30), 2 * random.randrange(0, 6)))
    pairs = list(zip(ends[::2], ends[1::2]))
    if pairs and random.random() < 0.5 and pairs[0][0] > 0: pairs.insert(0, (0, pairs[0][0]))
    return pairs
for _ in range(5000):
    a, b = intervals(), intervals()
    result = subtract(a, b)
    assert all(start < end for start, end in result) and result == sorted(result)
    cells = {c for s, e in a for c in range(s, e)} - {c for s, e in b for c in range(s, e)}
    assert {c for s, e in result for c in range(s, e)} == cells, (a, b, result)
    assert all(any(s <= start and end <= e for s, e in a) for start, end in result)
assert subtract([(0, 10)], [(2, 3), (5, 12)]) == [(0, 2), (3, 5)]
assert subtract([(0, 1), (1, 2)], []) == [(0, 1), (1, 2)]
class Counted(list):
    reads = 0
    def __getitem__(self, index):
        Counted.reads += 1
        return list.__getitem__(self, index)
n = 2000
subtract([(2 * k, 2 * k + 1) for k in range(n)], Counted([(0, 4 * n)]))
subtract([(3 * k, 3 * k + 2) for k in range(n)], Counted([(3 * k + 1, 3 * k + 4) for k in range(n)]))
assert Counted.reads < 40 * n, Counted.reads`,
    ));

  it('evaluate agrees with Python on random expressions, and refuses what is malformed', () =>
    check(
      'coding-math-5',
      `
import random
random.seed(2)
def make(depth):
    if depth == 0: return str(random.randint(1, 9))
    kind = random.randrange(4)
    if kind == 0: return "(" + make(depth - 1) + ")"
    if kind == 1: return "-" + make(depth - 1)
    return make(depth - 1) + random.choice([" + ", "-", "*", " /"]) + make(depth - 1)
tried = 0
for _ in range(3000):
    text = make(random.randrange(5))
    try: expected = eval(text)
    except ZeroDivisionError: continue
    tried += 1
    assert abs(evaluate(text) - expected) <= 1e-9 * max(1, abs(expected)), text
assert tried > 2000
for text, value in [("2^3^2", 512), ("-2^2", -4), ("2^-1", 0.5), ("2--3", 5), ("8/4/2", 1), ("2^-2^2", 2 ** -(2 ** 2)), (" .5 + 1. ", 1.5), ("((7))", 7)]:
    assert evaluate(text) == value, (text, evaluate(text))
for text in ["", " ", "1 2", "(1", ")", "1+", "*2", "2^", "1..2", "a", "()", "1)", "1,2", "--"]:
    try: evaluate(text)
    except ValueError as error: assert "position" in str(error)
    else: raise AssertionError(text)`,
    ));

  it('order and stages hold on random graphs', () =>
    check(
      'coding-math-6',
      `
import random
random.seed(3)
def smallest(needs):
    tasks = set(needs) | {other for required in needs.values() for other in required}
    done = []
    while len(done) < len(tasks):
        ready = [t for t in tasks if t not in done and all(o in done for o in needs.get(t, ()))]
        if not ready: return None
        done.append(min(ready))
    return done
cycles = 0
for _ in range(3000):
    names = "abcdefg"[: random.randrange(1, 8)]
    needs = {t: [random.choice(names) for _ in range(random.choice([0, 0, 1, 2]))] for t in names if random.random() < 0.8}
    expected = smallest(needs)
    if expected is not None:
        assert order(needs) == expected
        placed = {t: i for i, stage in enumerate(stages(needs)) for t in stage}
        assert sorted(placed) == sorted(expected) and all(stage == sorted(stage) for stage in stages(needs))
        for t, i in placed.items():
            assert i == 1 + max([placed[o] for o in needs.get(t, ())], default=-1)
        continue
    cycles += 1
    for function in (order, stages):
        try: function(needs)
        except ValueError as error:
            path = str(error).split(" -> ")
            assert path[0] == path[-1] and len(path) > 1
            assert all(after in needs[before] for before, after in zip(path, path[1:]))
        else: raise AssertionError(needs)
assert cycles > 100 and order({}) == [] and stages({}) == []`,
    ));

  it('the query finds the streaks that walking the days finds', async () => {
    const query = JSON.stringify(programs('coding-math-4', 'sql'));
    await check(
      'coding-math-4',
      `
import datetime, random, sqlite3
query = ${query}
random.seed(4)
for _ in range(300):
    rows = [(random.randrange(3), (datetime.date(2024, 2, 20) + datetime.timedelta(random.randrange(15))).isoformat()) for _ in range(random.randrange(25))]
    expected = []
    for user in sorted({user for user, _ in rows}):
        days = {datetime.date.fromisoformat(day) for who, day in rows if who == user}
        streaks = []
        for day in sorted(days):
            if day - datetime.timedelta(1) not in days:
                length = 1
                while day + datetime.timedelta(length) in days: length += 1
                streaks.append((-length, day.isoformat()))
        length, first = min(streaks)
        expected.append((user, first, -length))
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE logins(user_id INTEGER, day TEXT)")
    database.executemany("INSERT INTO logins VALUES (?, ?)", rows)
    assert database.execute(query).fetchall() == expected, (rows, expected)`,
    );
  });
});
