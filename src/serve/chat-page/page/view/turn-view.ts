/** A turn as it is shown. */
export interface TurnView {
  readonly element: HTMLElement;
  /** Brings names, branches and buttons to what is so now. */
  refresh(): void;
}
