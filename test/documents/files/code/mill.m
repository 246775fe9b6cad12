#import <Foundation/Foundation.h>

@interface Gate : NSObject
@property (nonatomic) int number;
@end

@implementation Gate
@end
