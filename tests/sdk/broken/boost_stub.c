/* SPDX-License-Identifier: Apache-2.0 */
/* Stands for a Boost library. */
int boost_stub(void);
int boost_stub(void) {
    return 1;
}
