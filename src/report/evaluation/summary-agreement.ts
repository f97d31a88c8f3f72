import type { Estimate } from './estimate.js';

/** Who said which answer is better: a judge, or all people who voted together. @public */
export type Rater = { readonly kind: 'judge'; readonly judge: string } | { readonly kind: 'humans' };

/** How two raters agree. Items are (question, pair of models); outcomes a, b and tie. @public */
export interface AgreementFigures {
  /** Items on which both have an outcome. */
  readonly items: number;
  /** Share of items with the same outcome. Absent without items. */
  readonly agreement?: Estimate | undefined;
  /** Cohen's kappa: agreement beyond chance, 1 at most. Absent where chance alone agrees always. */
  readonly kappa?: Estimate | undefined;
}

/** How two raters agree, on everything that both judged. @public */
export interface RaterAgreement {
  /** Which two are compared. */
  readonly raters: readonly [Rater, Rater];
  /** Over all items, a tie being an outcome like the others. */
  readonly withTies: AgreementFigures;
  /** Over the items on which neither says tie. */
  readonly withoutTies: AgreementFigures;
}

/** How more than two raters agree. @public */
export interface JuryAgreement {
  /** All judges; people are left out. */
  readonly raters: readonly Rater[];
  /** Items on which all of them have an outcome. */
  readonly items: number;
  /** Fleiss' kappa over those. Absent where chance alone agrees always. */
  readonly fleissKappa?: Estimate | undefined;
  /** Krippendorff's alpha (nominal) over all items with two outcomes or more. */
  readonly krippendorffAlpha?: Estimate | undefined;
}

/** How far judges agree with each other and with people. @public */
export interface AgreementSummary {
  /** Every two raters with an item in common. */
  readonly pairs: readonly RaterAgreement[];
  /** All judges, people left out. Absent with fewer than three. */
  readonly jury?: { readonly withTies: JuryAgreement; readonly withoutTies: JuryAgreement } | undefined;
}
