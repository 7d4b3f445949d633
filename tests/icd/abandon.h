#ifndef SYSTOLE_TESTS_ICD_ABANDON_H
#define SYSTOLE_TESTS_ICD_ABANDON_H

int abandon(void);  // the status to exit with

#endif
